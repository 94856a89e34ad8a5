import type { MetrologyRecipe, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { compileRecipe } from '@/lib/recipes';
import { keyed } from './random';
import { sitePlan } from './sites';
import { HFO2_RECIPE, M1_RECIPE, type SpectralRecipe } from './spectral-recipes';
import { iso } from './time';
import type { LotRun, SpectrumRecord } from './types';

const HOUR = 3_600_000;
/** The lamp of a station is judged once in so many hours; this share of them it is broken. */
const LAMP_HOURS = 6;
const LAMP_SHARE = 0.06;
/** Calibration: standard deviation of the angle of incidence left after it, deg, and its drift until the next one. */
const ANGLE_OFFSET = 0.002;
const ANGLE_DRIFT = 0.004;
const CALIBRATION_HOURS = 7 * 24;

/** A station that records spectra instead of numbers. */
export interface SpectralStation {
  readonly recipe: SpectralRecipe;
  readonly stations: readonly string[];
  readonly kind: string;
  readonly plan: string;
  /** Its values take the place of those that the operation's own station sent. */
  readonly replaces: boolean;
  /** Of the wafers that are sampled of a lot, so many go to this station. */
  readonly wafersALot: number;
  readonly axis: SpectrumAxis;
  /** The real sample, finer than the recipe's model of it: what the fit leaves out is part of its error. */
  readonly truth: MetrologyRecipe;
  /** Fab parameters that the recipe reports and the fab does not have otherwise. */
  readonly parameters: readonly {
    readonly parameter: string;
    readonly unit: string;
    readonly digits: number;
    readonly description: string;
    readonly target: number;
    readonly tolerance: number;
  }[];
}

const grid = (from: number, to: number, n: number): SpectrumAxis => ({
  kind: 'wavelength',
  nm: Array.from({ length: n }, (_, i) => Math.round((from + ((to - from) * i) / (n - 1)) * 1000) / 1000),
});

const finer = (r: MetrologyRecipe): MetrologyRecipe =>
  r.sample.kind === 'line-grating' ? { ...r, sample: { ...r.sample, slices: 12, truncation: 9 } } : r;

export const SPECTRAL_STATIONS: readonly SpectralStation[] = [
  {
    recipe: HFO2_RECIPE,
    stations: ['ELL-01', 'ELL-02'],
    kind: 'ellipsometer',
    plan: 'F13',
    replaces: true,
    wafersALot: 25,
    axis: grid(300, 800, 51),
    truth: finer(HFO2_RECIPE.content),
    parameters: [],
  },
  {
    recipe: M1_RECIPE,
    stations: ['OCD-01', 'OCD-02'],
    kind: 'scatterometer',
    plan: 'F9',
    replaces: false,
    wafersALot: 1,
    axis: grid(260, 780, 27),
    truth: finer(M1_RECIPE.content),
    parameters: [
      {
        parameter: 'm1_cd',
        unit: 'nm',
        digits: 2,
        description: 'Metal 1 line width at half height, OCD',
        target: 33,
        tolerance: 2.6,
      },
      { parameter: 'm1_swa', unit: 'deg', digits: 2, description: 'Metal 1 sidewall angle, OCD', target: 87.5, tolerance: 1.2 },
      { parameter: 'm1_height', unit: 'nm', digits: 2, description: 'Metal 1 trench depth, OCD', target: 120, tolerance: 5 },
    ],
  },
];

/** Spectra that wait to be recorded: the sample's true parameters a site, in the order of the recipe. */
export interface SpectrumPlan {
  readonly recipe: string;
  readonly key: string;
  readonly runKey: string;
  readonly lot: string;
  readonly wafer: number;
  readonly product: string;
  readonly layer: string;
  readonly operation: string;
  readonly measuredAt: number;
  readonly samples: readonly (readonly number[])[];
}

/** Rounded to what a station writes: six digits. */
const written = (v: number): number => Number(v.toPrecision(6));

/** Records the spectra of a plan: the forward model of the true sample through an imperfect instrument. */
export function recordSpectra(seed: number, s: SpectralStation, p: SpectrumPlan): SpectrumRecord {
  const station = s.stations[keyed(seed, 'station', p.lot, s.recipe.name).integer(s.stations.length)]!;
  const rng = keyed(seed, 'spectra', p.key);
  const offset = angleOffset(seed, station, p.measuredAt);
  const model = instrumentModel(s, offset);
  const broken = isLampBroken(seed, station, p.measuredAt);
  const nm = s.axis.kind === 'wavelength' ? s.axis.nm : [];
  const channels = s.truth.channels.map((c) => ({ name: c.name, values: [] as number[] }));
  for (const sample of p.samples) {
    const clean = model(sample);
    for (const [k, c] of s.truth.channels.entries()) {
      for (const [i, w] of nm.entries()) {
        // A dying lamp loses its ultraviolet first: less signal there, and stray light takes its place.
        const lost = broken ? Math.exp(-Math.max(0, w - nm[0]!) / 120) : 0;
        const stray = lost * (c.quantity === 'psi' ? 4 : -9);
        const noise = c.sigma.absolute * (1 + 12 * lost) * rng.normal();
        channels[k]!.values.push(written(clean[k * nm.length + i]! + stray + noise));
      }
    }
  }
  const { x, y } = sitePlan(s.plan);
  return {
    key: p.key,
    station,
    lot: p.lot,
    wafer: p.wafer,
    product: p.product,
    layer: p.layer,
    operation: p.operation,
    plan: s.plan,
    measuredAt: iso(p.measuredAt),
    runKey: p.runKey,
    recipe: s.recipe.name,
    axis: s.axis,
    x: [...x],
    y: [...y],
    channels: channels.map((c) => ({
      name: c.name,
      values: c.values.map((v) => (c.name.startsWith('delta') ? (v + 360) % 360 : v)),
    })),
  };
}

const models = new Map<string, (values: ArrayLike<number>) => Float64Array>();

/** The forward model at the station's true angle of incidence; compiled once for a station and calibration step. */
function instrumentModel(s: SpectralStation, offsetDeg: number): (values: ArrayLike<number>) => Float64Array {
  const key = `${s.recipe.name} ${offsetDeg}`;
  const known = models.get(key);
  if (known) return known;
  const recipe = { ...s.truth, channels: s.truth.channels.map((c) => ({ ...c, angleDeg: c.angleDeg + offsetDeg })) };
  const { model } = compileRecipe(recipe, s.axis);
  if (models.size > 16) models.clear();
  models.set(key, model);
  return model;
}

/** The angle's error: set anew at each calibration, drifting in steps of half a day until the next. */
function angleOffset(seed: number, station: string, at: number): number {
  const hours = Math.floor(at / HOUR);
  const rng = keyed(seed, 'calibration', station, Math.floor(hours / CALIBRATION_HOURS));
  const age = Math.floor((hours % CALIBRATION_HOURS) / 12) / (CALIBRATION_HOURS / 12);
  const [start, drift] = [rng.normal(), rng.normal()];
  return Math.round((ANGLE_OFFSET * start + ANGLE_DRIFT * drift * age) * 1e5) / 1e5;
}

export function isLampBroken(seed: number, station: string, at: number): boolean {
  return keyed(seed, 'lamp', station, Math.floor(at / (LAMP_HOURS * HOUR))).uniform() < LAMP_SHARE;
}

/** Everything but the samples of a plan. */
export const planHeader = (s: SpectralStation, run: LotRun, w: { runKey: string; wafer: number; measuredAt: number }) => ({
  recipe: s.recipe.name,
  key: `${w.runKey}/${s.recipe.name}`,
  runKey: w.runKey,
  lot: run.lot,
  wafer: w.wafer,
  product: run.product,
  layer: run.layer,
  operation: run.operation,
  measuredAt: w.measuredAt,
});
