import { levelOf, parseCharacteristic } from '@/lib/characteristic';
import type { ContributedStatistic, ContributionRow, PointContributions } from '@/lib/services/spc/views/contributions';
import { toCsv } from '@/lib/ui/csv';
import { decimalsFor, num, signed, unitLabel } from '@/lib/ui/format';

/** A variable as a bar that leads to where its value came from. */
export interface ContributionBar {
  key: string;
  variable: string;
  /** Length as a share of the longest, signed; 1 at most. */
  share: number;
  /** "12.3", of a residual "+3.2". */
  part: string;
  /** "81.2 V, 4.1 σ above the mean of the baseline (78.0)". */
  words: string;
  href: string;
  /** What the link leads to. */
  leads: string;
  chartHref: string | null;
}

export interface ContributionBars {
  key: string;
  title: string;
  /** "58.1, limit 21.4". */
  note: string;
  isOut: boolean;
  /** What a bar is. */
  meaning: string;
  bars: ContributionBar[];
}

const TITLES: Readonly<Record<ContributedStatistic['statistic'], string>> = {
  t2: 'T²',
  mewma: 'T² of the average',
  spe: 'SPE',
};

/** What a bar of a statistic says. T² of components is shared out; that of the variables themselves loses so much without one. */
function meaningOf(s: ContributedStatistic, kind: PointContributions['chart']['kind']): string {
  if (s.statistic === 'spe')
    return 'Residual of each variable in sigmas, with its sign: what the components do not explain. Its squares add up to SPE.';
  if (kind === 'pca') return 'Share of each variable in T²; the shares add up to it.';
  return `What ${s.statistic === 'mewma' ? 'T² of the average' : 'T²'} loses without the variable: what it adds beyond what the others say.`;
}

/** Where the value of a variable came from: the trace of its sensor, the map of its wafer, the wafers of its lot. */
export function variableLink(
  v: Pick<ContributionRow, 'characteristic' | 'parameter' | 'measurementId' | 'chartId'>,
  p: Pick<PointContributions, 'runId' | 'lot' | 'record'>,
): { readonly href: string; readonly leads: string } {
  const c = parseCharacteristic(v.characteristic);
  if (c?.source === 'trace' && p.runId !== null) {
    const asked = new URLSearchParams({ sensor: c.sensor, step: c.step, indicator: c.of });
    return { href: `/runs/${p.runId}?${asked}`, leads: `trace of ${c.sensor}` };
  }
  if (c?.source === 'vm' && p.runId !== null) return { href: `/runs/${p.runId}`, leads: 'the run of the prediction' };
  if (v.measurementId !== null)
    return c?.source === 'overlay'
      ? { href: `/overlay/${v.measurementId}`, leads: 'overlay map of the wafer' }
      : { href: `/wafers/${v.measurementId}`, leads: `${v.parameter} map of the wafer` };
  const lot = encodeURIComponent(p.lot);
  if (levelOf(v.characteristic) === 'lot' && c?.source === 'overlay')
    return { href: `/overlay?lot=${lot}`, leads: 'overlay of the lot' };
  return { href: `/wafers?lot=${lot}`, leads: 'wafers of the lot' };
}

/** A point's variables as bars, one list a statistic. */
export function contributionBars(p: PointContributions): ContributionBars[] {
  return p.statistics.map((s) => {
    const longest = Math.max(...s.rows.map((r) => Math.abs(r.part)), Number.MIN_VALUE);
    const d = decimalsFor(longest / 30);
    const isOut = s.ucl !== null && s.total > s.ucl;
    const whole = decimalsFor(Math.max(s.total, s.ucl ?? 0) / 30);
    return {
      key: s.statistic,
      title: TITLES[s.statistic],
      note: `${num(s.total, whole)}${s.ucl === null ? '' : `, limit ${num(s.ucl, whole)}`}`,
      isOut,
      meaning: meaningOf(s, p.chart.kind),
      bars: s.rows.map((r) => ({
        key: `${r.characteristic} ${r.parameter}`,
        variable: r.variable,
        share: r.part / longest,
        part: s.statistic === 'spe' ? signed(r.part, d) : num(r.part, d),
        words: wordsOf(r),
        ...variableLink(r, p),
        chartHref: r.chartId === null ? null : `/spc/${r.chartId}`,
      })),
    };
  });
}

function wordsOf(r: ContributionRow): string {
  const d = decimalsFor(r.sigma / 8);
  const unit = unitLabel(r.unit);
  const side = r.z < 0 ? 'below' : 'above';
  return `${num(r.value, d)}${unit === '' ? '' : ` ${unit}`}, ${num(Math.abs(r.z), 1)} σ ${side} the mean of the baseline (${num(r.mean, d)})`;
}

/** All statistics of a point as a table, one row a variable. */
export const contributionsCsv = (p: PointContributions): string =>
  toCsv(
    [
      'chart',
      'record',
      'processed at',
      'lot',
      'slot',
      'version',
      'statistic',
      'total',
      'limit',
      'variable',
      'characteristic',
      'parameter',
      'unit',
      'value',
      'baseline mean',
      'baseline sigma',
      'z',
      'contribution',
    ],
    p.statistics.flatMap((s) =>
      s.rows.map((r) => [
        p.chart.title,
        p.record,
        new Date(p.atMs),
        p.lot,
        p.slot === 0 ? null : p.slot,
        p.version,
        s.statistic,
        s.total,
        s.ucl,
        r.variable,
        r.characteristic,
        r.parameter,
        r.unit,
        r.value,
        r.mean,
        r.sigma,
        r.z,
        r.part,
      ]),
    ),
  );

/** "Left out: x (did not vary in the baseline), y (follows from the variables before it)"; null: none was. */
export function leftOutText(list: PointContributions['leftOut']): string | null {
  if (list.length === 0) return null;
  const why = { constant: 'did not vary in the baseline', dependent: 'follows from the variables before it' } as const;
  return `Not judged: ${list.map((l) => `${l.variable} (${why[l.why]})`).join(', ')}.`;
}
