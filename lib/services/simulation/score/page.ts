import { type ChartKind, type InControl, kindOf, poissonInterval, wilsonInterval } from '@/lib/spc';
import type { ClassScore, MissedFault } from './score';

/** What charts of one kind showed under one set. */
export interface KindScore {
  readonly kind: ChartKind;
  readonly charts: number;
  readonly classes: readonly ClassScore[];
  readonly clean: number;
  readonly falseAlarms: number;
  readonly expected: number;
  /** Weeks of all these charts together. */
  readonly chartWeeks: number;
}

/** One set of rules over all charts. */
export interface SetScore {
  readonly label: string;
  /** Over charts of every kind together. */
  readonly classes: readonly ClassScore[];
  readonly kinds: readonly KindScore[];
}

/** A set on points in control. */
export interface PriceCheck {
  readonly label: string;
  readonly known: InControl;
  readonly estimated: readonly { readonly baseline: number; readonly result: InControl }[];
  /** The price is a sum of parts, which counts a point that two of them find twice. */
  readonly isSum: boolean;
  readonly holds: boolean;
}

export interface ScorePage {
  readonly at: Date;
  readonly fab: string;
  readonly seed: number;
  readonly days: number;
  readonly charts: number;
  readonly points: number;
  readonly faults: readonly { readonly type: string; readonly n: number; readonly touched: number }[];
  readonly checks: readonly PriceCheck[];
  readonly sets: readonly SetScore[];
  /** Classes that the rules in force found none of. */
  readonly missed: readonly string[];
  /** Single faults that they did not find. */
  readonly missedFaults: readonly MissedFault[];
}

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const head = (cells: readonly string[]): string[] => [row(cells), row(cells.map(() => '---'))];
const digits = (v: number): string => v.toFixed(v >= 100 ? 0 : v >= 10 ? 1 : v >= 1 ? 2 : 3);
const range = (low: number, high: number): string => `${digits(low)}–${digits(high)}`;

function foundText(c: ClassScore): string {
  if (c.watched === 0) return 'no chart';
  const w = wilsonInterval(c.found, c.watched);
  const delay = c.points === null ? '' : `; ${c.points} pt, ${digits(c.hours ?? 0)} h`;
  return `${c.found} of ${c.watched} (${Math.round(100 * w.low)}–${Math.round(100 * w.high)} %)${delay}`;
}

/** The counts as the pages of `docs` show them: words first, then the tables. */
export function scorePage(p: ScorePage): string {
  const types = p.faults.map((f) => f.type);
  const lines = [
    '# Score of the rules',
    '',
    `Written by \`npm run score\` on ${p.at.toISOString().slice(0, 10)}, from a simulated fab (${p.fab}) of ${digits(p.days)} days: ${p.charts} charts with ${p.points.toLocaleString('en')} points, judged again by the code that judges live points,`,
    'with the limits that each chart has and the rules of each set that its kind can have. The simulator knows which runs a fault touched; no detector does. Seed of the points in control: ' +
      `${p.seed}. Intervals are 95 %: Poisson's exact one of counts (Garwood 1936), Wilson's of shares.`,
    '',
    '## Price against count, in control',
    '',
    'Independent normal points with known limits, as the price assumes. An alarm is a renewal (`lib/spc/alarms.ts`). Where the price is a sum of exact parts, a point that two of them find is counted twice',
    'in it: the price may be some percent too high there, never too low. The columns on the right show what the same rules cost when limits follow from the first points of each chart, as they do in a fab:',
    'the price is of the rules, not of a short baseline.',
    '',
    ...head([
      'set',
      'points',
      'alarms expected',
      'alarms counted (interval)',
      'counted / expected',
      'price holds',
      ...(p.checks[0]?.estimated.map((e) => `limits of ${e.baseline} points: counted / expected`) ?? []),
    ]),
    ...p.checks.map((c) =>
      row([
        c.label,
        c.known.points.toLocaleString('en'),
        digits(c.known.expected),
        `${c.known.alarms} (${range(c.known.interval.low, c.known.interval.high)})`,
        `${digits(c.known.alarms / c.known.expected)}${c.isSum ? ' (price is a sum)' : ''}`,
        c.holds ? 'yes' : '**no**',
        ...c.estimated.map(
          ({ result: r }) =>
            `${digits(r.alarms / r.expected)} (${range(r.interval.low / r.expected, r.interval.high / r.expected)})`,
        ),
      ]),
    ),
    '',
    '## Faults found',
    '',
    'Of each class: faults found of those that touched a judged point, with the interval of the share; then the median delay of those found, in points that the fault had touched and in hours since its first run. A fault counts',
    'once, by the chart that found it first. "In force" are the rules that the charts have.',
    '',
    ...head(['set', ...types]),
    ...p.sets.map((s) => row([s.label, ...types.map((t) => foundText(s.classes.find((c) => c.type === t)!))])),
    '',
    ...(p.missed.length === 0
      ? ['Every class is found by the rules in force.', '']
      : ['Not found by the rules in force:', '', ...p.missed.map((m) => `- ${m}`), '']),
    'The single faults that the rules in force did not find, with what their charts saw: how many charts had a judged point of it, how many points, and how many sigmas the furthest lay from its centre (a limit is 3). A fault without a judged',
    'point struck where limits did not stand yet, or where no measured wafer was. A sensor that drops out leaves the wafer as it was: its missing samples are a characteristic (`trace.*.*.missing`), and the fab has no chart of it.',
    '',
    ...head(['fault', 'class', 'charts', 'points', 'furthest, σ']),
    ...p.missedFaults.map((m) =>
      row([m.id, m.type, m.charts, m.points, m.furthest === null ? 'no judged point' : digits(m.furthest)]),
    ),
    '',
    '## By kind of chart',
    '',
    'False alarms: those whose window holds no point that a fault touched, for each chart and week. "Price" is what the rules would cost on independent values with known limits at the same points. A fab is neither: its chambers',
    'wander, wear and are serviced, which the simulator does not call a fault, and limits follow from twenty points. Both make more alarms than the price; how many more is the factor.',
  ];
  for (const s of p.sets) {
    lines.push(
      '',
      `### ${s.label}`,
      '',
      ...head(['kind', 'charts', 'alarms a chart and week (interval)', 'price', 'factor', ...types]),
    );
    for (const k of s.kinds) {
      const i = poissonInterval(k.falseAlarms);
      lines.push(
        row([
          kindOf(k.kind).label,
          k.charts,
          `${digits(k.falseAlarms / k.chartWeeks)} (${range(i.low / k.chartWeeks, i.high / k.chartWeeks)})`,
          digits(k.expected / k.chartWeeks),
          k.expected > 0 ? digits(k.falseAlarms / k.expected) : '–',
          ...types.map((t) => foundText(k.classes.find((c) => c.type === t)!)),
        ]),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
