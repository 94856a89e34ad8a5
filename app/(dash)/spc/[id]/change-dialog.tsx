'use client';
import { rulesOfKind } from '@/lib/spc';
import { BehindNotice, behindWords } from '@/lib/ui/components/behind-notice';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Tabs } from '@/lib/ui/components/tabs';
import { plural } from '@/lib/ui/format';
import { useBased } from '@/lib/ui/hooks/use-based';
import { begun } from '@/lib/ui/rebase';
import { LimitInput } from '../limit-input';
import { saveChart } from './actions';
import {
  type ChangeDraft,
  changeOf,
  type DraftBase,
  difference,
  dispersionProblem,
  draftBlocked,
  draftProblems,
  draftWords,
  firstDraft,
  hasDesign,
  hasDispersion,
  type LimitTexts,
  ruleLine,
  takesLimits,
} from './change-draft';
import { DesignInputs } from './design-inputs';
import { LIMIT_FIELDS } from './limit-lines';
import type { ProposedDraft } from './proposed-draft';
import { RulePrice } from './rule-price';
import { SetChoice } from './set-choice';

export interface ChangeDialogProps {
  onClose: () => void;
  chartId: string;
  /** The newest version, in force or planned. */
  newest: number;
  /** The version in force. */
  base: DraftBase;
  /** What the link that opened it proposes. */
  first?: ProposedDraft;
}

const NOTHING_TYPED = (v: Versions): ChangeDraft => firstDraft(v.base);
interface Versions {
  readonly newest: number;
  readonly base: DraftBase;
}

/** A form that a link has filled in, as if a person had typed it. */
function proposed(key: string, live: Versions, first: ProposedDraft) {
  if (first.mode === undefined && first.rules === undefined) return null;
  const form = begun({ key, live, textsOf: NOTHING_TYPED });
  return { ...form, draft: { ...form.draft, ...first } };
}

/**
 * Draft of the next version beside the current one: limits kept, typed or from a new baseline; rules; alerting; reason. It is mounted when it opens
 * and keeps its input until it closes, whatever the server answers and however often the page is refreshed.
 */
export function ChangeDialog({ onClose, chartId, newest, base: live, first = {} }: ChangeDialogProps) {
  const key = `${newest} ${live.current.version}`;
  const form = useBased<Versions, ChangeDraft>(
    key,
    { newest, base: live },
    NOTHING_TYPED,
    proposed(key, { newest, base: live }, first),
  );
  const { draft } = form;
  const { base } = form.base;
  const { current, unit, kind } = base;
  const problems = draftProblems(draft, base);
  const lines = difference(draft, base);
  const note = dispersionProblem(draft, base);
  const patch = (p: Partial<ChangeDraft>): void => form.set({ ...draft, ...p });
  const toggle = (r: number): void => {
    const rules = new Set(draft.rules);
    if (!rules.delete(r)) rules.add(r);
    patch({ rules, ruleSet: null });
  };
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={`Limits and rules: version ${newest + 1}`}
      confirm={`Activate version ${newest + 1}`}
      blocked={form.isBehind ? behindWords(live.current.version) : draftBlocked(draft, base)}
      onSubmit={(reason) => form.send(() => saveChart(chartId, form.base.newest, changeOf(draft, base), reason))}
    >
      {form.isBehind ? (
        <BehindNotice version={live.current.version} both={form.both.map(draftWords)} onFollow={form.follow} />
      ) : null}
      <Tabs
        label="Limits"
        value={draft.mode}
        onChange={(mode) => patch({ mode })}
        options={[
          { value: 'keep', label: 'Keep limits' },
          ...(takesLimits(kind) ? [{ value: 'set', label: 'Set limits' } as const] : []),
          { value: 'baseline', label: `New baseline of ${current.baselineN}` },
        ]}
      />
      {draft.mode === 'set' ? (
        <>
          <LimitInputs unit={unit} value={draft.limits} problems={problems.limits} set={(limits) => patch({ limits })} />
          {hasDispersion(kind) ? (
            <LimitInputs
              prefix="Dispersion "
              unit={unit}
              value={draft.dispersion}
              problems={problems.dispersion}
              set={(dispersion) => patch({ dispersion })}
            />
          ) : null}
          <div className="grid grid-cols-3 gap-2 mt-2">
            <LimitInput
              label={`Sigma within, ${unit}`}
              value={draft.sigma}
              problem={problems.sigma ?? undefined}
              set={(sigma) => patch({ sigma })}
            />
            <p className="col-span-2 text-sm text-ink-2 self-end">
              Limits hold as entered; an empty side has none. Sigma within is for the capability: left as it is, it stays that of
              the study before.
            </p>
          </div>
        </>
      ) : null}
      {draft.mode === 'baseline' ? (
        <p className="text-sm text-ink-2 mt-2">
          No rule fires until the next {plural(current.baselineN, 'point')} are in; then the limits follow from them.
        </p>
      ) : null}
      {hasDesign(kind) ? (
        <fieldset className="mt-3">
          <legend className="label">Design</legend>
          <DesignInputs kind={kind} unit={unit} now={current.design} value={draft.design} set={(design) => patch({ design })} />
        </fieldset>
      ) : null}
      <fieldset className="mt-3">
        <legend className="label">Rules</legend>
        <SetChoice kind={kind} draft={draft} patch={patch} />
        {[...new Set([...rulesOfKind(kind), ...[...draft.rules].sort((a, b) => a - b)])].map((r) => (
          <label key={r} className="flex gap-2 text-sm py-0.5">
            <input type="checkbox" checked={draft.rules.has(r)} onChange={() => toggle(r)} />
            {ruleLine(r, draft, base)}
          </label>
        ))}
      </fieldset>
      <RulePrice
        chartId={chartId}
        kind={kind}
        rules={draft.rules}
        subgroup={base.subgroup}
        lambda={current.lambda}
        widthL={current.widthL}
        perWeek={base.perWeek}
        change={changeOf(draft, base)}
      />
      <label className="flex gap-2 text-sm py-0.5 mt-1">
        <input type="checkbox" checked={draft.alerts} onChange={(e) => patch({ alerts: e.target.checked })} />A rule that fires on
        a new point raises an alert
      </label>
      <div className="mt-3 border-t border-hairline pt-2 text-sm" aria-live="polite">
        <h3>What changes</h3>
        {lines.length === 0 ? <p className="text-ink-2">Nothing yet.</p> : null}
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {note === null ? null : <p className="mt-1">{note}</p>}
      </div>
    </ReasonDialog>
  );
}

function LimitInputs(p: {
  prefix?: string;
  unit: string;
  value: LimitTexts;
  problems: Partial<Record<keyof LimitTexts, string>>;
  set: (v: LimitTexts) => void;
}) {
  return (
    <div className="grid grid-cols-3 gap-2 mt-2">
      {LIMIT_FIELDS.map((k) => (
        <LimitInput
          key={k}
          label={`${p.prefix ?? ''}${k.toUpperCase()}, ${p.unit}`}
          value={p.value[k]}
          problem={p.problems[k]}
          set={(v) => p.set({ ...p.value, [k]: v })}
        />
      ))}
    </div>
  );
}
