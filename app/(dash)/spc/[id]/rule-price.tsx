'use client';
import { useMemo, useState, useTransition } from 'react';
import type { TriedChange } from '@/lib/services/spc/limits/try-change';
import type { ChartChange } from '@/lib/services/spc/next-version';
import { type ChartKind, falseAlarmRate, kindOf, ruleText, shiftArl } from '@/lib/spc';
import { InlineError } from '@/lib/ui/components/panel';
import { num, plural, shortDate } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { tryOnHistory } from './actions';

export interface RulePriceProps {
  chartId: string;
  kind: ChartKind;
  rules: ReadonlySet<number>;
  /** Values behind a point, λ and L of the version. */
  subgroup: number;
  lambda: number | null;
  widthL: number | null;
  /** Points a week of the window that the page shows; null: too short to say. */
  perWeek: number | null;
  change: ChartChange;
}

const digits = (v: number): string => num(v, v < 10 ? 2 : v < 100 ? 1 : 0);

/** What the rules of a draft cost in false alarms, how soon they see a shift, and what they would have done on the newest points. */
export function RulePrice(p: RulePriceProps) {
  const price = useMemo(() => {
    const priced = { kind: p.kind, rules: [...p.rules], lambda: p.lambda, widthL: p.widthL, subgroup: p.subgroup };
    return { rate: falseAlarmRate(priced), shift: shiftArl(priced, 1) };
  }, [p.kind, p.rules, p.lambda, p.widthL, p.subgroup]);
  return (
    <div className="mt-2 text-sm text-ink-2" aria-live="polite">
      {kindOf(p.kind).price !== undefined ? null : price.rate === 0 ? (
        <p>No rule watches, so there is no alarm, false or true.</p>
      ) : (
        <p>
          {`In control, one false alarm in ${digits(1 / price.rate)} points`}
          {p.perWeek === null
            ? ''
            : `: ${digits(price.rate * p.perWeek)} a week on this chart (${digits(p.perWeek)} points a week)`}
          {price.shift === null ? '.' : `. A lasting shift of 1 σ is found after ${digits(price.shift)} points.`}
        </p>
      )}
      <TryOnHistory chartId={p.chartId} kind={p.kind} change={p.change} />
    </div>
  );
}

function TryOnHistory({ chartId, kind, change }: Pick<RulePriceProps, 'chartId' | 'kind' | 'change'>) {
  const key = JSON.stringify(change);
  const [tried, setTried] = useState<{ key: string; value: TriedChange | null; error: string | null } | null>(null);
  const [busy, start] = useTransition();
  const shown = tried?.key === key ? tried : null;
  const run = (): void =>
    start(async () => {
      const { result, value } = await tryOnHistory(chartId, change);
      setTried({ key, value, error: result.ok ? null : result.error });
    });
  return (
    <>
      <button type="button" className="btn h-7! text-sm! mt-1" disabled={busy} onClick={run}>
        {busy ? 'Judging…' : 'Try on history'}
      </button>
      {shown?.error ? <InlineError message={shown.error} /> : null}
      {shown?.value ? <Tried t={shown.value} kind={kind} /> : null}
    </>
  );
}

function Tried({ t, kind }: { t: TriedChange; kind: ChartKind }) {
  if (t.fromMs === null) return <p className="mt-1">The chart has no points yet.</p>;
  return (
    <div className="mt-1">
      <p>
        {`Over the newest ${plural(t.points, 'point')} (since ${shortDate(t.fromMs)}): ${plural(t.now, 'alarm')} in force, ${t.proposed} with this change; ${t.wonCount} won, ${t.lostCount} lost.`}
      </p>
      <Alarms label="Won" list={t.won} all={t.wonCount} kind={kind} />
      <Alarms label="Lost" list={t.lost} all={t.lostCount} kind={kind} />
    </div>
  );
}

function Alarms({ label, list, all, kind }: { label: string; list: TriedChange['won']; all: number; kind: ChartKind }) {
  if (all === 0) return null;
  return (
    <details>
      <summary className="cursor-pointer">{`${label}: ${list.length < all ? `newest ${list.length} of ${all}` : all}`}</summary>
      <ul className="pl-4">
        {list.toReversed().map((a) => (
          <li
            key={`${a.record} ${a.rule}`}
          >{`${shortDate(Date.parse(a.at))} ${waferName(a.lot, a.slot)}: ${ruleText(a.rule, 'study', kind)}`}</li>
        ))}
      </ul>
    </details>
  );
}
