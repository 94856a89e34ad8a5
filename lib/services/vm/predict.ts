import { bulkInsert, db, perDatabase, type RowOf, sql, type Tx } from '@/lib/db';
import type { Ref } from '@/lib/queue/jobs';
import { enqueueLater } from '@/lib/queue/outbox';
import { type DomainLimits, movedLimits, type PlsModel, predictPls } from '@/lib/vm';
import { type FeedLine, feed } from '../live/feed';
import { type FeatureUnits, inputVector, otherUnits, positionsOf, unitsOf } from './inputs';
import { type RunSummary, type Summaries, storeSummaries, summariseRuns } from './summaries';

const DAY_MS = 86_400_000;

type ModelRow = RowOf<'vm_model', 'id' | 'operation' | 'product' | 'checked_to'>;

interface VersionRow {
  model_id: string;
  version: number;
  effective_from: Date;
}

type PredictionRow = RowOf<'vm_prediction'>;

export interface VmWork {
  readonly summaries: Summaries;
  readonly predictions: PredictionRow[];
  readonly training: { modelId: string; through: number }[];
  /** Sensors that arrived in another unit than the model's. */
  readonly strange: readonly FeedLine[];
}

interface Loaded {
  readonly model: PlsModel;
  readonly domain: DomainLimits | null;
  /** Units of the features in its training. */
  readonly units: FeatureUnits;
  /** How it reads each set of features, by the set's id. */
  readonly readings: Map<string, Reading>;
}

/** Positions of the features of a set in a model, and the features it cannot use because of their unit. */
interface Reading {
  readonly positions: ReadonlyMap<string, number>;
  readonly strange: ReturnType<typeof otherUnits>;
}

function readingOf({ model, units, readings }: Loaded, run: RunSummary): Reading {
  const known = readings.get(run.featureSetId);
  if (known !== undefined) return known;
  const reading = { positions: positionsOf(run.names, run.units, units), strange: otherUnits(run, model.sensors, units) };
  readings.set(run.featureSetId, reading);
  return reading;
}

const remembered = perDatabase(() => new Map<string, Loaded>());
const LOADED_LIMIT = 64;

async function modelOf(modelId: string, version: number): Promise<Loaded> {
  const loaded = remembered();
  const key = `${modelId}_${version}`;
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const row = (await db().one<Pick<Loaded, 'model' | 'domain'> & { names: string[]; units: string[] }>(sql`
    SELECT v.model, v.domain, f.names, f.units FROM vm_version v JOIN feature_set f ON f.id = v.feature_set_id
    WHERE v.model_id = ${modelId} AND v.version = ${version}`))!;
  const { names, units, ...rest } = row;
  const read: Loaded = { ...rest, units: unitsOf(names, units), readings: new Map() };
  if (loaded.size >= LOADED_LIMIT) loaded.delete(loaded.keys().next().value!);
  loaded.set(key, read);
  return read;
}

/**
 * Predicts from the features of these runs what each would measure, by the model version in force at the run's start. Also returns the models that
 * are due for a training check, once per day of process time.
 */
export async function prepareVm(refs: readonly Ref[]): Promise<VmWork> {
  const summaries = await summariseRuns(refs);
  const { runs } = summaries;
  if (runs.length === 0) return { summaries, predictions: [], training: [], strange: [] };
  const models = await db().rows<ModelRow>(sql`
    SELECT id, operation, product, checked_to FROM vm_model WHERE active AND operation = ANY(${[...new Set(runs.map((r) => r.operation))]}::text[])`);
  const versions = await db().rows<VersionRow>(sql`
    SELECT model_id, version, effective_from FROM vm_version WHERE model_id = ANY(${models.map((m) => m.id)}::uuid[]) ORDER BY effective_from`);
  const shifts = await db().rows<{ model_id: string; effective_from: Date; shift: number }>(sql`
    SELECT model_id, effective_from, shift FROM vm_domain_shift WHERE model_id = ANY(${models.map((m) => m.id)}::uuid[]) ORDER BY effective_from`);
  const predictions: PredictionRow[] = [];
  const training: VmWork['training'] = [];
  const strange = new Map<string, FeedLine>();
  for (const m of models) {
    const mine = runs.filter((r) => r.operation === m.operation && r.product === m.product);
    if (mine.length === 0) continue;
    const newest = Math.max(...mine.map((r) => r.startedAt.getTime()));
    const through = Math.floor(newest / DAY_MS) * DAY_MS;
    if (m.checked_to === null || m.checked_to.getTime() < through) training.push({ modelId: m.id, through });
    for (const run of mine) {
      const v = versions.filter((q) => q.model_id === m.id && q.effective_from <= run.startedAt).at(-1);
      if (v === undefined) continue;
      const shift = shifts.filter((s) => s.model_id === m.id && s.effective_from <= run.startedAt).at(-1)?.shift ?? 0;
      const loaded = await modelOf(m.id, v.version);
      predictions.push(predictOne(m.id, v.version, loaded, shift, run));
      for (const o of readingOf(loaded, run).strange) {
        const sensor = o.name.split('|')[0]!;
        const line = `${run.lot} ${run.tool} ${sensor}`;
        if (!strange.has(line)) strange.set(line, strangeUnit(run, sensor, o));
      }
    }
  }
  return { summaries, predictions, training, strange: [...strange.values()] };
}

const strangeUnit = (run: RunSummary, sensor: string, { unit, known }: { unit: string; known: string }): FeedLine => ({
  kind: 'model',
  text: `Lot ${run.lot} on ${run.tool}: "${sensor}" arrives in ${unit || 'no unit'}, its virtual metrology knows ${known || 'no unit'}: taken as not recorded. Send it in ${known || 'no unit'}, or give it another name`,
  detail: { lot: run.lot, tool: run.tool, sensor },
});

/** The limits of the version's domain, moved by what the preceding days showed; a version without such limits has those of its training rows. */
function predictOne(modelId: string, version: number, loaded: Loaded, shift: number, run: RunSummary): PredictionRow {
  const { model, domain } = loaded;
  const p = predictPls(model, inputVector(run, model.sensors, readingOf(loaded, run).positions));
  const r = p.responses[0]!;
  const limits = domain === null ? { t2: p.t2Limit, spe: p.speLimit } : movedLimits(domain, shift);
  const [t2, spe] = [p.t2 / limits.t2, p.spe / limits.spe];
  return {
    model_id: modelId,
    run_id: run.runId,
    started_at: run.startedAt,
    version,
    value: r.value,
    u_value: r.u,
    lo: r.low,
    hi: r.high,
    t2,
    spe,
    reliable: t2 <= 1 && spe <= 1,
    missing: p.missingSensors.length,
  };
}

export async function storeVm(tx: Tx, work: VmWork, refs: readonly Ref[]): Promise<void> {
  await storeSummaries(tx, work.summaries);
  await bulkInsert(tx, 'vm_prediction', work.predictions, { key: ['model_id', 'run_id', 'started_at'], update: [] });
  await feed(tx, work.strange);
  await enqueueLater(tx, [
    ...(work.predictions.length > 0 || work.summaries.runs.length > 0
      ? [{ queue: 'spc' as const, payload: { v: 1 as const, source: 'run' as const, refs: [...refs] } }]
      : []),
    ...work.training.map((t) => ({
      queue: 'train' as const,
      key: `train_${t.modelId}_${t.through}`,
      payload: { v: 1 as const, ...t },
    })),
  ]);
}
