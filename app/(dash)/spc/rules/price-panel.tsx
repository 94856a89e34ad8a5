'use client';
import type { SetPreview } from '@/lib/services/spc/rules/preview';
import type { KindPrice } from '@/lib/services/spc/rules/price-set';
import { kindOf, type RulesPrice } from '@/lib/spc';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { TextField } from '@/lib/ui/components/text-field';
import { count, num, plural } from '@/lib/ui/format';

const digits = (v: number): string => num(v, v < 10 ? 2 : v < 100 ? 1 : 0);

/** Names of rules with the word that they share said once: "Nelson 1, 2, 5, 6". */
export const shortNames = (names: readonly string[]): string =>
  names
    .map((n, i) => {
      const [word, ...rest] = n.split(' ');
      return i > 0 && rest.length > 0 && names[i - 1]!.startsWith(`${word} `) ? rest.join(' ') : n;
    })
    .join(', ');

/** Points between two alarms in control, with what is known of the number. */
export function pointsBetween(p: RulesPrice): string {
  if (p.rate === 0) return 'none';
  const arl = 1 / p.rate;
  return p.method === 'simulation' ? `${digits(arl)} ± ${digits(1.96 * p.standardError * arl * arl)}` : digits(arl);
}

const HOW: Readonly<Record<RulesPrice['method'], string>> = {
  exact: 'exact, by the Markov chain of the zones or the integral equation of the order of points',
  sum: 'exact for each part, added: a point that two parts find counts twice, so it is some percent too many',
  simulation: 'simulated, with the 95 % interval: these rules have too many histories for an exact price',
};

const COLUMNS: readonly Column<KindPrice>[] = [
  {
    key: 'kind',
    header: 'Kind of chart',
    value: (r) => kindOf(r.kind).label,
    cell: (r) => (
      <span className="block whitespace-normal">
        {kindOf(r.kind).label}
        {r.leftOut.length === 0 ? null : <span className="block text-ink-2">{`without ${shortNames(r.leftOut)}`}</span>}
      </span>
    ),
  },
  { key: 'charts', header: 'Charts', numeric: true, value: (r) => r.charts, cell: (r) => count(r.charts) },
  {
    key: 'points',
    header: 'Points',
    unit: '1/week',
    numeric: true,
    value: (r) => r.pointsPerWeek,
    cell: (r) => digits(r.pointsPerWeek),
    title: 'By the last 30 days',
  },
  {
    key: 'arl',
    header: 'ARL₀',
    numeric: true,
    value: (r) => (r.price.rate === 0 ? '' : 1 / r.price.rate),
    cell: (r) => pointsBetween(r.price),
    title: 'Average run length in control: points between two false alarms',
  },
  {
    key: 'alarms',
    header: 'Alarms',
    unit: '1/week',
    numeric: true,
    value: (r) => r.perWeek,
    cell: (r) => digits(r.perWeek),
    title: 'False alarms expected of these charts in control',
  },
  {
    key: 'shift',
    header: 'ARL₁',
    numeric: true,
    value: (r) => r.shift ?? '',
    cell: (r) => (r.shift === null ? '–' : digits(r.shift)),
    title: 'Points until the shift above is found; – where no rule watches the level, or shifts have no sigma',
  },
];

const sumOf = (list: readonly KindPrice[]) => ({
  charts: list.reduce((s, k) => s + k.charts, 0),
  alarms: list.reduce((s, k) => s + k.perWeek, 0),
});

export interface PricePanelProps {
  preview: SetPreview | null;
  error: string | null;
  busy: boolean;
  shift: string;
  setShift: (shift: string) => void;
}

/** What a set costs in false alarms, and how soon it sees a shift: on one chart, over the charts that use it, and if all did. */
export function PricePanel({ preview: p, error, busy, shift, setShift }: PricePanelProps) {
  const using = p === null ? null : sumOf(p.using);
  const all = p === null ? null : sumOf(p.all);
  return (
    <Panel title="Price" note={busy ? 'working…' : 'of charts in control, on independent normal values with known limits'}>
      <div className="w-40 mb-2">
        <TextField
          label="A shift to find, sigmas"
          value={shift}
          inputMode="decimal"
          className="w-full text-right"
          onText={setShift}
        />
      </div>
      <div aria-live="polite" aria-busy={busy}>
        {error !== null ? <InlineError message={error} /> : null}
        {p === null || using === null || all === null ? null : (
          <>
            <p>
              {p.one.price.rate === 0
                ? 'No rule raises an alarm, so there is none, false or true.'
                : `On a chart of individual values: one false alarm in ${pointsBetween(p.one.price)} points${p.one.shift === null ? '' : `; a lasting shift of ${shift} σ is found after ${digits(p.one.shift)} points`}.`}
            </p>
            <p className="text-sm text-ink-2">{`The price is ${HOW[p.one.price.method]}.`}</p>
            <p className="mt-2">
              {using.charts === 0
                ? 'No chart uses the set yet.'
                : `Over ${plural(using.charts, 'chart')} of this set: ${digits(using.alarms)} false alarms a week.`}
            </p>
            <p>{`If all ${plural(all.charts, 'active chart')} used it: ${digits(all.alarms)} a week.`}</p>
            <div className="mt-2 -mx-3">
              <DataTable
                label={using.charts === 0 ? 'Price if all charts used it' : 'Price over the charts that use it'}
                rows={using.charts === 0 ? p.all : p.using}
                columns={COLUMNS}
                rowKey={(r) => `${r.kind} ${r.lambda} ${r.widthL}`}
                exportable
                empty="There is no active chart yet: the price over charts appears with the first one."
                maxHeight={420}
              />
            </div>
          </>
        )}
      </div>
    </Panel>
  );
}
