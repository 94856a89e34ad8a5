import { pathToFileURL } from 'node:url';
import type { NamedRecipe } from '@/lib/formats/metrology-recipe';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { recordSpectra, SPECTRAL_STATIONS } from '@/lib/simulator';
import { isLampBroken, type SpectralStation } from '@/lib/simulator/spectral';
import { send } from './host-send';

/** What the journey asks of its host; times in epoch ms. */
export interface HostOrder {
  /** Also the beginning of the names of what the journey reports: each has charts of its own. */
  readonly lot: string;
  readonly station: string;
  readonly recipe: string;
  /** Registers the fab with the journey's recipe and parameters, and starts the lot. */
  readonly register?: boolean;
  /** Etched at `at` and measured two seconds later; trench depth at the centre, nm, a nanometre less on the ring. */
  readonly wafers: readonly { slot: number; at: number; height: number; isLampBroken?: boolean }[];
}

const MINUTE = 60_000;
const OPERATION = 'ETCH-M1';
const PRODUCT = 'KITE-45';
/** Of the nine sites of plan F9: the centre and four of the ring. */
const SITES = [0, 1, 3, 5, 7];
const VALUES = [
  { parameter: 'cd', unit: 'nm', target: 33, tolerance: 2.6, description: 'Line width at half height' },
  { parameter: 'swa', unit: 'deg', target: 87.5, tolerance: 1.2, description: 'Sidewall angle' },
  { parameter: 'height', unit: 'nm', target: 120, tolerance: 5, description: 'Trench depth' },
] as const;

const metal = SPECTRAL_STATIONS.find((s) => s.recipe.name === 'M1-OCD')!;

/** The recipe of the simulated scatterometer with fewer harmonics, reporting under names of its own. */
const recipeOf = (o: HostOrder): NamedRecipe => ({
  name: o.recipe,
  operation: OPERATION,
  product: PRODUCT,
  content: {
    ...metal.recipe.content,
    sample: { ...metal.recipe.content.sample, tolerance: 2e-3 } as NamedRecipe['content']['sample'],
    parameters: metal.recipe.content.parameters.map((p) => ({ ...p, reportAs: `${o.lot}_${p.name}` })),
    fit: { ...metal.recipe.content.fit, maxIterations: 25 },
  },
});

const stationOf = (o: HostOrder): SpectralStation => ({
  ...metal,
  recipe: recipeOf(o),
  stations: [o.station],
  plan: 'F9',
  axis: { kind: 'wavelength', nm: Array.from({ length: 10 }, (_, i) => 280 + 50 * i) },
});

/** The fab as the demo registered it, with what the journey measures. */
function fab(o: HostOrder) {
  const known = simulatedFab(1);
  return {
    ...known,
    parameters: [
      ...known.parameters,
      ...VALUES.map((v) => ({ name: `${o.lot}_${v.parameter}`, unit: v.unit, digits: 2, description: v.description })),
    ],
    specifications: [
      ...known.specifications,
      ...VALUES.map((v) => ({
        product: PRODUCT,
        operation: OPERATION,
        parameter: `${o.lot}_${v.parameter}`,
        target: v.target,
        lsl: v.target - v.tolerance,
        usl: v.target + v.tolerance,
        chartContext: 'operation' as const,
      })),
    ],
    metrologyRecipes: [recipeOf(o)],
  };
}

/** A seed under which the simulated lamp of the station is as asked at that time. */
function seedWhere(isBroken: boolean, station: string, at: number): number {
  let seed = 1;
  while (isLampBroken(seed, station, at) !== isBroken) seed++;
  return seed;
}

async function wafer(o: HostOrder, w: HostOrder['wafers'][number]): Promise<void> {
  const common = { lot: o.lot, wafer: w.slot, product: PRODUCT, layer: 'M1', operation: OPERATION };
  const runKey = `${o.lot}/${w.slot}`;
  await send('POST', 'runs', [
    {
      ...common,
      key: runKey,
      tool: 'ETC-01',
      chamber: 'A',
      recipe: { name: `${OPERATION}.${PRODUCT}`, version: 1 },
      startedAt: new Date(w.at).toISOString(),
      endedAt: new Date(w.at + 1000).toISOString(),
      setpoints: {},
    },
  ]);
  const measuredAt = w.at + 2000;
  const r = recordSpectra(seedWhere(w.isLampBroken ?? false, o.station, measuredAt), stationOf(o), {
    ...common,
    recipe: o.recipe,
    key: `${runKey}/spectra`,
    runKey,
    measuredAt,
    samples: SITES.map((site) => [33 + 0.02 * w.slot - (site === 0 ? 0 : 0.4), 87.5, w.height - (site === 0 ? 0 : 1)]),
  });
  await send('POST', 'spectra', [{ ...r, x: SITES.map((i) => r.x[i]!), y: SITES.map((i) => r.y[i]!) }]);
}

async function carryOut(o: HostOrder): Promise<void> {
  if (o.register) {
    await send('PUT', 'fab', fab(o));
    const startedAt = new Date(Math.min(...o.wafers.map((w) => w.at)) - 60 * MINUTE).toISOString();
    await send('POST', 'lots', [{ key: o.lot, lot: o.lot, product: PRODUCT, route: 'BEOL-1', wafers: 25, startedAt }]);
  }
  for (const w of o.wafers) await wafer(o, w);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await carryOut(JSON.parse(process.argv[2] ?? '') as HostOrder);
