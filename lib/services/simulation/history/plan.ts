import { recordId } from '@/lib/db';
import { createRng } from '@/lib/numerics';
import { shewhartConstants } from '@/lib/spc';

export interface HistoryOptions {
  readonly charts: number;
  /** Of all charts together; the busiest one has a twentieth of them, at most a million. */
  readonly points: number;
  readonly days: number;
  readonly seed: number;
  /** End of the history, epoch ms. */
  readonly endMs: number;
}

/** A version of a chart's limits, as `chart_version` keeps it. */
export interface HistoryVersion {
  readonly version: number;
  readonly fromMs: number;
  readonly cl: number;
  readonly ucl: number;
  readonly lcl: number;
  readonly sigma: number;
  readonly dispCl: number;
  readonly dispUcl: number;
}

export interface HistoryChart {
  readonly index: number;
  readonly id: string;
  readonly title: string;
  readonly area: string;
  readonly characteristic: string;
  readonly parameter: string;
  readonly unit: string;
  readonly operation: string;
  readonly layer: string;
  readonly product: string | null;
  readonly tool: string;
  readonly chamber: string;
  readonly alerting: boolean;
  readonly specified: boolean;
  readonly versions: readonly HistoryVersion[];
  /** Where the process really is, against the centre line. */
  readonly level: number;
  readonly sigma: number;
  /** A shift of the mean in sigmas, from a moment on, for some days. */
  readonly shift: { readonly sigmas: number; readonly fromMs: number; readonly toMs: number };
}

export interface HistoryPlan {
  readonly areas: readonly string[];
  readonly tools: readonly { name: string; area: string; chambers: readonly string[] }[];
  readonly products: readonly string[];
  readonly operations: readonly { name: string; area: string; layer: string; tools: readonly string[] }[];
  readonly parameters: readonly { name: string; unit: string }[];
  readonly charts: readonly HistoryChart[];
  /** Points of the first chart, and of each of the others. */
  readonly busiest: number;
  readonly each: number;
}

const DAY_MS = 86_400_000;
const AREAS = ['DIFF', 'LITHO', 'DRY', 'WET', 'CVD', 'PVD', 'CMP', 'IMP', 'RTP', 'ALD', 'PLATE', 'CLEAN'];
const CHAMBERS = ['A', 'B', 'C', 'D'];
const CHARACTERISTICS = ['measurement.mean', 'measurement.sd', 'zernike.2.0', 'vm.lot'] as const;
const PARAMETERS = [
  ['thickness', 'nm'],
  ['cd', 'nm'],
  ['depth', 'nm'],
  ['resistance', 'ohm'],
  ['stress', 'MPa'],
] as const;
const BUSIEST = 1_000_000;

const rounded = (v: number): number => Math.round(v * 1000) / 1000;
const pad = (n: number, width = 2): string => String(n).padStart(width, '0');

/** The fab of a history: names for every filter, and its charts with limits, levels and shifts. The same seed gives the same fab. */
export function planHistory(o: HistoryOptions): HistoryPlan {
  const tools = AREAS.flatMap((area) =>
    Array.from({ length: 10 }, (_, i) => ({ name: `${area}-${pad(51 + i)}`, area, chambers: CHAMBERS })),
  );
  const products = Array.from({ length: 24 }, (_, i) => `HAWK-${pad(10 + i)}`);
  const operations = Array.from({ length: 60 }, (_, i) => {
    const area = AREAS[i % AREAS.length]!;
    const own = tools.filter((t) => t.area === area).map((t) => t.name);
    return { name: `${area}-${pad(100 + 10 * Math.floor(i / AREAS.length), 4)}`, area, layer: `L${pad(1 + i)}`, tools: own };
  });
  const parameters = PARAMETERS.flatMap(([name, unit]) =>
    Array.from({ length: 8 }, (_, i) => ({ name: `${name}_${String.fromCharCode(97 + i)}`, unit })),
  );
  const names = { areas: AREAS, tools, products, operations, parameters };
  const rng = createRng(o.seed).stream('charts');
  const charts = Array.from({ length: o.charts }, (_, index) => chartAt(index, o, names, () => rng.uniform()));
  const busiest = Math.min(BUSIEST, Math.floor(o.points / 20));
  return { ...names, charts, busiest, each: Math.floor((o.points - busiest) / Math.max(1, o.charts - 1)) };
}

type Names = Omit<HistoryPlan, 'charts' | 'busiest' | 'each'>;

function chartAt(index: number, o: HistoryOptions, names: Names, uniform: () => number): HistoryChart {
  const operation = names.operations[index % names.operations.length]!;
  const round = Math.floor(index / names.operations.length);
  const tool = operation.tools[round % operation.tools.length]!;
  const chamber = CHAMBERS[Math.floor(round / operation.tools.length) % CHAMBERS.length]!;
  const characteristic = CHARACTERISTICS[round % CHARACTERISTICS.length]!;
  const parameter = names.parameters[(index + round) % names.parameters.length]!;
  const product = characteristic === 'measurement.sd' ? null : names.products[(index + 7 * round) % names.products.length]!;
  // Charts of one product, operation and parameter have one specification, so they have one level.
  const context = createRng(o.seed).stream(`${operation.name} ${parameter.name}`);
  const sigma = rounded(0.1 + context.uniform());
  const cl = rounded(20 + 180 * context.uniform());
  const from = o.endMs - o.days * DAY_MS;
  const begins = from + uniform() * o.days * DAY_MS;
  const statistic = {
    'measurement.mean': 'mean',
    'measurement.sd': 'within-wafer sigma',
    'zernike.2.0': 'defocus',
    'vm.lot': 'predicted lot mean',
  };
  return {
    index,
    id: recordId('history chart', o.seed, index),
    title: [`${parameter.name} ${statistic[characteristic]}`, `${tool} ${chamber}`, operation.name, product]
      .filter(Boolean)
      .join(' · '),
    area: operation.area,
    characteristic,
    parameter: parameter.name,
    unit: parameter.unit,
    operation: operation.name,
    layer: operation.layer,
    product,
    tool,
    chamber,
    alerting: index % 3 === 0,
    specified: characteristic === 'measurement.mean' || characteristic === 'vm.lot',
    versions: versionsOf(index, cl, sigma, from + (o.days / 2) * DAY_MS),
    level: cl + 0.3 * sigma * (uniform() - 0.5),
    sigma,
    shift: { sigmas: index % 5 === 0 ? 1.5 + uniform() : 0, fromMs: begins, toMs: begins + 2 * DAY_MS },
  };
}

/** Every third chart got new limits in the middle of its history. */
function versionsOf(index: number, cl: number, sigma: number, middleMs: number): HistoryVersion[] {
  const { d2, D4 } = shewhartConstants(2);
  const version = (number: number, fromMs: number, width: number): HistoryVersion => ({
    version: number,
    fromMs: Math.round(fromMs),
    cl,
    ucl: cl + 3 * width,
    lcl: cl - 3 * width,
    sigma: width,
    dispCl: d2 * width,
    dispUcl: D4 * d2 * width,
  });
  return index % 3 === 1 ? [version(1, 0, sigma * 1.1), version(2, middleMs, sigma)] : [version(1, 0, sigma)];
}
