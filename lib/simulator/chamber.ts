import { AppError } from '@/lib/errors';
import type { Compiled } from './compile';
import { namedSetpoints, PRODUCTS, recipeName } from './definition';
import { Disturbances, wearOf } from './disturbance';
import type { ProcessedWafer } from './metrology';
import { keyed } from './random';
import { applySetpoint, nominalSetpoints } from './recipe';
import { iso } from './time';
import { type Dropout, noiseBank, simulateTrace, stepTimes } from './trace';
import type { ActiveFault, AppliedAdvice, ChamberLoad, LotRun, RunRecord, TruthRecord } from './types';

/** A station needs four minutes for a wafer. */
const STATION_MS = 4 * 60_000;
/** Chambers of a tool start one after the other. */
const STAGGER_MS = 2000;

/** Depth of an edge ring at full strength, percent: as many as the specification is wide on one side. */
const ringOf = (c: Compiled, f: ActiveFault): number =>
  f.type === 'edge_ring' ? f.sign * f.strength * 100 * c.spec.tolerance : 0;

/** How far a fault pushes the process's weak latent, in the latent's unit. */
function pushOf(c: Compiled, f: ActiveFault): number {
  const pushes = f.type === 'excursion' || f.type === 'step_shift' || f.type === 'slow_drift';
  return pushes ? f.sign * f.strength * c.spec.weakness.amount : 0;
}

/** Setpoints that a chamber runs with: the advised ones, clipped and rounded as the tool does, the rest nominal. */
function setpointsOf(c: Compiled, nominal: Float64Array, advice: AppliedAdvice | undefined, chamber: string): Float64Array {
  const x = Float64Array.from(nominal);
  for (const [name, v] of Object.entries(advice?.setpoints ?? {})) {
    const i = c.spec.knobs.findIndex((k) => k.name === name);
    if (i < 0 || !Number.isFinite(v)) {
      const known = c.spec.knobs.map((k) => k.name).join(', ');
      throw new AppError(
        'invalid_input',
        `setpoint ${name} = ${v} for chamber ${chamber}: ${c.spec.operation} takes finite values of ${known}`,
        { field: name },
      );
    }
    x[i] = applySetpoint(c.spec.knobs[i]!, v);
  }
  return x;
}

/** Three neighbouring sensors lose the middle of the run. */
function dropoutOf(seed: number, c: Compiled, faults: readonly ActiveFault[], seconds: number): Dropout | null {
  const f = faults.find((v) => v.type === 'sensor_dropout');
  if (!f) return null;
  const first = keyed(seed, 'dropout', f.id).integer(c.sensors - 2);
  return { sensors: new Set([first, first + 1, first + 2]), from: 0.3 * seconds, to: 0.75 * seconds };
}

/** Ground truth of one fault on one chamber in one lot-operation. */
export function faultRecord(c: Compiled, run: LotRun, f: ActiveFault, runs: readonly RunRecord[]): TruthRecord {
  const { weakness } = c.spec;
  const latent = c.spec.latents[c.weakness]!;
  const size = `${pushOf(c, f).toPrecision(3)} ${latent.unit}`;
  const text: Record<ActiveFault['type'], string> = {
    excursion: `${weakness.cause}: ${latent.name} off by ${size}`,
    step_shift: `step of ${latent.name} by ${size}`,
    slow_drift: `slow drift of ${latent.name}, now ${size}`,
    sensor_dropout: 'three sensors record nothing for 45 % of the run',
    wrong_recipe: 'the recipe of the other product was run',
    edge_ring: `edge ring of ${ringOf(c, f).toPrecision(3)} % beyond 138 mm`,
  };
  return {
    kind: 'fault',
    key: `${f.id}/${run.key}/${f.chamber}`,
    faultType: f.type,
    tool: run.tool,
    chamber: f.chamber,
    operation: run.operation,
    from: runs[0]!.startedAt,
    to: runs[runs.length - 1]!.endedAt,
    description: text[f.type],
    runKeys: runs.map((r) => r.key),
  };
}

/** Runs the wafers of a lot-operation through one chamber: a pure function of seed, lot run and advice. */
export class ChamberProcess {
  private readonly disturbances: Disturbances;
  private readonly bank: Float64Array;
  private readonly calibration = new Map<string, Float64Array>();

  constructor(private readonly seed: number) {
    this.disturbances = new Disturbances(seed);
    this.bank = noiseBank(seed);
  }

  private calibrationOf(c: Compiled, tool: string, chamber: string): Float64Array {
    const place = `${tool}/${chamber}`;
    const known = this.calibration.get(place);
    if (known) return known;
    const made = this.disturbances.calibration(c, tool, chamber);
    this.calibration.set(place, made);
    return made;
  }

  /**
   * @param place - position of the chamber in the tool.
   * @returns a run per wafer, and what the stations need to know of the sampled ones.
   * @throws AppError `invalid_input` for an advised setpoint that the operation does not have or that is not finite.
   */
  process(c: Compiled, run: LotRun, load: ChamberLoad, place: number, advice: AppliedAdvice | undefined) {
    const { spec } = c;
    const faults = run.faults.filter((f) => f.chamber === load.chamber);
    const product = PRODUCTS.indexOf(run.product);
    const wrong = faults.some((f) => f.type === 'wrong_recipe');
    const recipeProduct = wrong ? 1 - product : product;
    const nominal = nominalSetpoints(spec, recipeProduct);
    const used = wrong ? undefined : advice; // who picks the recipe by hand does not ask for advice
    const x = setpointsOf(c, nominal, used, load.chamber);
    const dx = Float64Array.from(x, (v, i) => v - spec.baseRecipe[i]!);
    const name = recipeName(spec.operation, PRODUCTS[recipeProduct]!);
    const setpoints = namedSetpoints(spec, x);
    const base = new Float64Array(spec.latents.length);
    this.disturbances.lotPart(c, run, load, base);
    const stay = this.disturbances.hiddenPercent(c, run, load);
    const push = faults.reduce((sum, f) => sum + pushOf(c, f), 0);
    const ringPercent = faults.reduce((sum, f) => sum + ringOf(c, f), 0);
    const calibration = this.calibrationOf(c, run.tool, load.chamber);
    const seconds = stepTimes(c, x)[c.steps]!;
    const dropout = dropoutOf(this.seed, c, faults, seconds);
    const cycle = (run.endsAt - run.startedAt) / Math.max(...run.chambers.map((l) => l.wafers.length));
    const z = new Float64Array(spec.latents.length);
    const runs: RunRecord[] = [];
    const wafers: ProcessedWafer[] = [];
    for (let k = 0; k < load.wafers.length; k++) {
      const wafer = load.wafers[k]!;
      const rng = keyed(this.seed, 'wafer', run.lot, wafer, run.operation);
      for (let i = 0; i < z.length; i++) {
        const l = spec.latents[i]!;
        z[i] = base[i]! + l.scale * (wearOf(l, load, k) + l.first * Math.exp(-k) + l.run * rng.normal());
      }
      z[c.weakness]! += push;
      const key = `${run.key}/${String(wafer).padStart(2, '0')}`;
      const startedAt = run.startedAt + Math.round(k * cycle) + place * STAGGER_MS;
      const hidden = 1 + (stay + spec.hidden.wafer * rng.normal()) / 100;
      const trace = simulateTrace(c, { bank: this.bank, rng, x, dx, z, calibration, ...(dropout ? { dropout } : {}) });
      runs.push({
        key,
        tool: run.tool,
        chamber: load.chamber,
        product: run.product,
        layer: run.layer,
        operation: run.operation,
        lot: run.lot,
        wafer,
        recipe: { name, version: run.recipe.version },
        startedAt: iso(startedAt),
        endedAt: iso(startedAt + Math.round(seconds * 1000)),
        setpoints: { ...setpoints },
        ...(used?.adviceId === undefined ? {} : { adviceId: used.adviceId }),
        trace,
      });
      const turn = run.sampled.indexOf(wafer);
      if (turn < 0) continue;
      const o = spec.overlay;
      const six = (from: number, v: Float64Array): number[] => Array.from(v.subarray(from, from + 6));
      wafers.push({
        runKey: key,
        wafer,
        chamber: load.chamber,
        mean: spec.output(x, z, product) * hidden,
        twin: spec.output(nominal, z, product) * hidden,
        wear: (load.sinceConsumable + k) / spec.maintenance.consumable,
        ringPercent,
        ...(spec.profile ? { profile: spec.profile(z) } : {}),
        measuredAt: run.measuredFrom + turn * STATION_MS,
        ...(o ? { overlay: { terms: six(o.latent, z), applied: six(o.knob, x), nominal: six(o.knob, nominal) } } : {}),
      });
    }
    return { runs, wafers };
  }
}
