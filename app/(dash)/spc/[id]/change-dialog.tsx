'use client';
import { useEffect, useState } from 'react';
import type { ChartVersionView } from '@/lib/services/views/spc-chart';
import { RULE_TEXT } from '@/lib/ui/charts/rules';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Tabs } from '@/lib/ui/components/tabs';
import { decimalsFor, num } from '@/lib/ui/format';
import { saveChart } from './actions';

export interface ChangeDialogProps {
  open: boolean;
  onClose: () => void;
  chartId: string;
  current: ChartVersionView;
  alerting: boolean;
  unit: string;
  hasDispersion: boolean;
}

type Mode = 'keep' | 'set' | 'baseline';
const RULES = [1, 2, 3, 4, 5, 6, 7, 8] as const;
type Rule = (typeof RULES)[number] | 101;

/** Draft of the next version beside the present one: limits kept, typed or from a new baseline; rules; alerting; reason. */
export function ChangeDialog({ open, onClose, chartId, current, alerting, unit, hasDispersion }: ChangeDialogProps) {
  const [mode, setMode] = useState<Mode>('keep');
  const [limits, setLimits] = useState({ lcl: '', cl: '', ucl: '' });
  const [rules, setRules] = useState<ReadonlySet<number>>(new Set());
  const [alerts, setAlerts] = useState(alerting);
  const d = decimalsFor(current.ucl !== null && current.lcl !== null ? (current.ucl - current.lcl) / 60 : null);
  useEffect(() => {
    if (!open) return;
    const text = (v: number | null): string => (v === null ? '' : v.toFixed(d));
    setMode('keep');
    setLimits({ lcl: text(current.lcl), cl: text(current.cl), ucl: text(current.ucl) });
    setRules(new Set(current.rules));
    setAlerts(alerting);
  }, [open, current, alerting, d]);
  const toggle = (r: number): void =>
    setRules((old) => {
      const next = new Set(old);
      if (!next.delete(r)) next.add(r);
      return next;
    });
  const diff = difference(current, { mode, limits, rules, alerts, alerting }, d, unit);
  const submit = async (reason: string) => {
    if (diff.length === 0) return { ok: false, error: 'Nothing differs from the version in force.' } as const;
    const [lcl, cl, ucl] = [limits.lcl, limits.cl, limits.ucl].map((t) => Number(t.replace(',', '.').replace('−', '-')));
    if (mode === 'set' && ![lcl, cl, ucl].every(Number.isFinite))
      return { ok: false, error: 'Give all three limits as numbers.' } as const;
    return saveChart(
      chartId,
      current.version,
      {
        rules: [...rules].sort((a, b) => a - b) as Rule[],
        alerting: alerts,
        ...(mode === 'baseline'
          ? { limits: null }
          : mode === 'set'
            ? { limits: { lcl: lcl!, cl: cl!, ucl: ucl!, sigmaWithin: (ucl! - lcl!) / 6 } }
            : {}),
      },
      reason,
    );
  };
  return (
    <ReasonDialog
      open={open}
      onClose={onClose}
      title={`Limits and rules: version ${current.version + 1}`}
      confirm={`Activate version ${current.version + 1}`}
      onSubmit={submit}
    >
      <Tabs
        label="Limits"
        value={mode}
        onChange={setMode}
        options={[
          { value: 'keep', label: 'Keep limits' },
          { value: 'set', label: 'Set limits' },
          { value: 'baseline', label: `New baseline of ${current.baselineN}` },
        ]}
      />
      {mode === 'set' ? (
        <div className="grid grid-cols-3 gap-2 mt-2">
          {(['lcl', 'cl', 'ucl'] as const).map((k) => (
            <label key={k} className="block">
              <span className="label">{`${k.toUpperCase()}, ${unit}`}</span>
              <input
                className="field w-full text-right"
                inputMode="decimal"
                value={limits[k]}
                onChange={(e) => setLimits({ ...limits, [k]: e.target.value })}
              />
            </label>
          ))}
        </div>
      ) : null}
      {mode === 'baseline' ? (
        <p className="text-sm text-ink-2 mt-2">
          No rule fires until the next {current.baselineN} points are in; then the limits follow from them.
        </p>
      ) : null}
      <fieldset className="mt-3">
        <legend className="label">Rules (Nelson)</legend>
        {RULES.map((r) => (
          <label key={r} className="flex gap-2 text-sm py-0.5">
            <input type="checkbox" checked={rules.has(r)} onChange={() => toggle(r)} />
            {`${r}: ${RULE_TEXT[r]?.text ?? ''}`}
          </label>
        ))}
        {hasDispersion ? (
          <label className="flex gap-2 text-sm py-0.5">
            <input type="checkbox" checked={rules.has(101)} onChange={() => toggle(101)} />1 on the dispersion chart
          </label>
        ) : null}
      </fieldset>
      <label className="flex gap-2 text-sm py-0.5 mt-1">
        <input type="checkbox" checked={alerts} onChange={(e) => setAlerts(e.target.checked)} />A rule that fires raises an alert
      </label>
      <div className="mt-3 border-t border-hairline pt-2 text-sm" aria-live="polite">
        <h3>What changes</h3>
        {diff.length === 0 ? <p className="text-ink-2">Nothing yet.</p> : null}
        <ul>
          {diff.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
    </ReasonDialog>
  );
}

interface Draft {
  mode: Mode;
  limits: { lcl: string; cl: string; ucl: string };
  rules: ReadonlySet<number>;
  alerts: boolean;
  alerting: boolean;
}

/** One line for each thing that would differ. */
function difference(now: ChartVersionView, draft: Draft, d: number, unit: string): string[] {
  const out: string[] = [];
  if (draft.mode === 'baseline') out.push('Limits: given up; a new baseline is collected');
  if (draft.mode === 'set')
    for (const k of ['lcl', 'cl', 'ucl'] as const) {
      const was = now[k] === null ? '–' : now[k].toFixed(d);
      if (draft.limits[k] !== was) out.push(`${k.toUpperCase()}: ${num(now[k], d)} → ${draft.limits[k]} ${unit}`);
    }
  const added = [...draft.rules].filter((r) => !now.rules.includes(r));
  const gone = now.rules.filter((r) => !draft.rules.has(r));
  if (added.length > 0) out.push(`Rules added: ${added.join(', ')}`);
  if (gone.length > 0) out.push(`Rules removed: ${gone.join(', ')}`);
  if (draft.alerts !== draft.alerting) out.push(draft.alerts ? 'Raises alerts from now on' : 'No longer raises alerts');
  return out;
}
