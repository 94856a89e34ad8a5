import { bisectLeft, bisectRight } from 'd3-array';
import { asFloat32, db, type Sql, sql } from '@/lib/db';
import {
  type Alignment,
  alignToSteps,
  decimate,
  type GoldenBand,
  goldenBand,
  originOf,
  type StepWindow,
  type TraceDeviation,
  traceDeviation,
} from '@/lib/traces';
import { idsFrom, type RunChoice, type RunsOf, runsOf } from './runs-of-recipe';

export interface TraceOverlayFilter extends RunChoice {
  /** At most {@link MOST_SENSORS}; unknown names are left out. Empty: the first of the recipe. */
  readonly sensors: readonly string[];
  readonly alignment: Alignment;
  /** Only this stretch of aligned time is sent, s; null: all. */
  readonly zoom: readonly [number, number] | null;
}

/** A run of the overlay. */
export interface OverlaidRun extends RunsOf {
  /** Of each sensor of the overlay, over the whole run whatever the zoom. */
  readonly deviations: readonly TraceDeviation[];
  /** It is one of those that the band is made of. */
  readonly isReference: boolean;
}

/** One sensor of all runs, packed: run k has the samples from[k] to from[k + 1], exclusive. */
export interface OverlaidSensor {
  readonly name: string;
  readonly unit: string;
  /** Aligned time, s, ascending within a run; values in the unit of the sensor, NaN: no sample. */
  readonly t: Float32Array;
  readonly v: Float32Array;
  /** Shape (runs + 1,). */
  readonly from: Int32Array;
  readonly band: (GoldenBand & { readonly t: Float32Array }) | null;
}

export interface TraceOverlay {
  readonly operation: string | null;
  readonly recipe: string | null;
  /** Choices of the window: recipes with the number of their runs, most first. */
  readonly recipes: readonly { readonly operation: string; readonly recipe: string; readonly runs: number }[];
  readonly places: readonly { readonly tool: string; readonly chamber: string }[];
  readonly products: readonly string[];
  /** Sensors and steps that the shown runs have. */
  readonly sensorNames: readonly string[];
  readonly stepNames: readonly string[];
  readonly runs: readonly OverlaidRun[];
  readonly sensors: readonly OverlaidSensor[];
  /** Steps of the run whose times the band has, in aligned time. */
  readonly steps: readonly { readonly name: string; readonly fromS: number; readonly toS: number }[];
  /** All runs of the filter, shown or not. */
  readonly total: number;
  /** Runs left out since they have no such step. */
  readonly withoutStep: number;
  /** Samples are reduced to the lowest and highest of this many stretches a run. */
  readonly stretches: number;
}

export const MOST_RUNS = 300;
export const MOST_SENSORS = 5;
/** Samples sent for all runs and sensors together. */
const SAMPLES = 200_000;
const LEAST_STRETCHES = 50;
/** Good runs that the band is made of, and how many of one lot: those are alike. */
const BAND_RUNS = 60;
const PER_LOT = 2;

interface Read {
  readonly run: RunsOf;
  readonly t: Float32Array;
  readonly steps: readonly StepWindow[];
  readonly origin: number;
  /** Of each sensor; null: the run does not have it. */
  readonly v: readonly (Float32Array | null)[];
}

/**
 * Traces of up to 300 runs of one recipe, laid at a common time. The band of a sensor is the golden band (99.73 % prediction limits) of the newest 60 shown runs of which
 * no rule fired, at most two a lot; a run that is part of it lies inside more easily than one that is not. A run's distance from the band is that of the page of a run,
 * with the band carried step by step to the run's own times.
 */
export async function traceOverlay(f: TraceOverlayFilter): Promise<TraceOverlay> {
  const { recipes, chosen, places, products, runs, total } = await runsOf(f, MOST_RUNS);
  const names = await sensorsOf(runs);
  const known = f.sensors.filter((s) => names.has(s)).slice(0, MOST_SENSORS);
  const sensorNames = [...names.keys()];
  const shown = known.length > 0 ? known : sensorNames.slice(0, 1);
  const rows = await read(runs, shown, f.alignment);
  const reads = rows.filter((r) => r.origin !== undefined) as Read[];
  const references = referencesOf(reads);
  const grid = middleOf(references);
  const stretches = Math.max(LEAST_STRETCHES, Math.floor(SAMPLES / (2 * Math.max(1, reads.length * shown.length))));
  const bands = shown.map((_, k) => (grid ? bandOf(grid, references, k) : undefined));
  const deviations = reads.map((r) => shown.map((_, k) => deviationOf(r, k, grid, bands[k])));
  const inBand = new Set(references);
  return {
    operation: chosen?.operation ?? null,
    recipe: chosen?.recipe ?? null,
    recipes,
    places,
    products,
    sensorNames,
    stepNames: [...new Set(rows.flatMap((r) => r.steps.map((s) => s.name)))],
    runs: reads.map((r, i) => ({ ...r.run, deviations: deviations[i]!, isReference: inBand.has(r) })),
    sensors: shown.map((name, k) => ({
      name,
      unit: names.get(name) ?? '',
      ...packed(reads, k, f.zoom, stretches),
      band: grid && bands[k] ? cutBand(grid, bands[k], f.zoom) : null,
    })),
    steps: grid ? grid.steps.map((s) => ({ name: s.name, fromS: s.start - grid.origin, toS: s.end - grid.origin })) : [],
    total,
    withoutStep: rows.length - reads.length,
    stretches,
  };
}

async function sensorsOf(runs: readonly RunsOf[]): Promise<Map<string, string>> {
  if (runs.length === 0) return new Map();
  const rows = await db().rows<{ names: string[]; units: string[] }>(sql`
    SELECT s.names, s.units FROM sensor_set s WHERE s.id IN (SELECT t.sensor_set_id FROM trace t JOIN ${idsFrom(runs)} ON t.run_id = q.id AND t.started_at = q.at)`);
  return new Map(rows.flatMap((r) => r.names.map((n, i): [string, string] => [n, r.units[i] ?? ''])));
}

/** Only the asked sensors are read of a trace: its values lie sensor after sensor, 4 bytes each. */
async function read(runs: readonly RunsOf[], sensors: readonly string[], to: Alignment) {
  if (runs.length === 0 || sensors.length === 0) return [];
  const ofSensor = (name: string): Sql =>
    sql`substring(t.v FROM (array_position(s.names, ${name}) - 1) * t.n * 4 + 1 FOR t.n * 4)`;
  const values = sensors.map(ofSensor).reduce((all, one) => sql`${all}, ${one}`);
  const rows = await db().rows<{ id: string; t: Buffer; steps: StepWindow[]; v: (Buffer | null)[] }>(sql`
    SELECT t.run_id AS id, t.t, t.steps, ARRAY[${values}]::bytea[] AS v
    FROM trace t JOIN ${idsFrom(runs)} ON t.run_id = q.id AND t.started_at = q.at JOIN sensor_set s ON s.id = t.sensor_set_id`);
  const byId = new Map(rows.map((r) => [r.id, r]));
  return runs.flatMap((run) => {
    const r = byId.get(run.id);
    if (r === undefined) return [];
    const t = asFloat32(r.t);
    return [{ run, t, steps: r.steps, origin: originOf(t, r.steps, to), v: r.v.map((b) => (b === null ? null : asFloat32(b))) }];
  });
}

/** The runs that are newest first and without a rule fired. */
function referencesOf(reads: readonly Read[]): Read[] {
  const ofLot = new Map<string, number>();
  const good = reads.filter((r) => {
    if (r.run.isOut) return false;
    const n = (ofLot.get(r.run.lot) ?? 0) + 1;
    ofLot.set(r.run.lot, n);
    return n <= PER_LOT;
  });
  return good.slice(0, BAND_RUNS);
}

/** The run of the middle number of samples. */
const middleOf = (list: readonly Read[]): Read | undefined => [...list].sort((a, b) => a.t.length - b.t.length)[list.length >> 1];

function bandOf(grid: Read, references: readonly Read[], k: number): GoldenBand | undefined {
  const aligned = references.flatMap(({ t, steps, v }) =>
    v[k] ? [alignToSteps(grid.t, grid.steps, { t, v: v[k], steps })] : [],
  );
  return goldenBand(aligned, grid.t.length);
}

function deviationOf(r: Read, k: number, grid: Read | undefined, band: GoldenBand | undefined): TraceDeviation {
  const v = r.v[k] ?? new Float32Array(r.t.length).fill(Number.NaN);
  if (!grid || !band || !r.v[k]) return traceDeviation({ t: r.t, v });
  const carried = (b: Float32Array): Float32Array => alignToSteps(r.t, r.steps, { t: grid.t, v: b, steps: grid.steps });
  return traceDeviation({ t: r.t, v, band: { mid: carried(band.mid), lo: carried(band.lo), hi: carried(band.hi) } });
}

/** The samples within the zoom, one beyond each end so that lines go to the edge. */
function within(t: Float32Array, origin: number, zoom: readonly [number, number] | null): [number, number] {
  if (zoom === null) return [0, t.length];
  return [Math.max(0, bisectLeft(t, zoom[0] + origin) - 1), Math.min(t.length, bisectRight(t, zoom[1] + origin) + 1)];
}

function packed(reads: readonly Read[], k: number, zoom: readonly [number, number] | null, stretches: number) {
  const from = new Int32Array(reads.length + 1);
  const ts: number[] = [];
  const vs: number[] = [];
  reads.forEach((r, i) => {
    const all = r.v[k];
    if (all) {
      const [a, b] = within(r.t, r.origin, zoom);
      const v = all.subarray(a, b);
      for (const j of decimate(v, [], stretches)) {
        ts.push(r.t[a + j]! - r.origin);
        vs.push(v[j]!);
      }
    }
    from[i + 1] = ts.length;
  });
  return { t: Float32Array.from(ts), v: Float32Array.from(vs), from };
}

function cutBand(grid: Read, band: GoldenBand, zoom: readonly [number, number] | null): OverlaidSensor['band'] {
  const [a, b] = within(grid.t, grid.origin, zoom);
  return {
    t: grid.t.slice(a, b).map((x) => x - grid.origin),
    mid: band.mid.slice(a, b),
    lo: band.lo.slice(a, b),
    hi: band.hi.slice(a, b),
    runs: band.runs,
  };
}
