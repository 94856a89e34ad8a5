import { bulkInsert, db, perDatabase, sql, type Tx } from '@/lib/db';
import type { Ref } from '@/lib/queue/jobs';
import { enqueueLater } from '@/lib/queue/outbox';
import { type DomainLimits, type PlsModel, predictPls } from '@/lib/vm';
import { inputVector, positionsOf } from './inputs';
import { type RunSummary, type Summaries, storeSummaries, summariseRuns } from './summaries';

const DAY_MS = 86_400_000;

interface ModelRow {
  id: string;
  operation: string;
  product: string;
  checked_to: Date | null;
}

interface VersionRow {
  model_id: string;
  version: number;
  effective_from: Date;
}

interface PredictionRow {
  model_id: string;
  run_id: string;
  started_at: Date;
  version: number;
  value: number;
  u_value: number;
  lo: number;
  hi: number;
  t2: number;
  spe: number;
  reliable: boolean;
  missing: number;
}

export interface VmWork {
  readonly summaries: Summaries;
  readonly predictions: PredictionRow[];
  readonly training: { modelId: string; through: number }[];
}

interface Loaded {
  readonly model: PlsModel;
  readonly domain: DomainLimits | null;
}

const remembered = perDatabase(() => new Map<string, Loaded>());
const LOADED_LIMIT = 64;

async function modelOf(modelId: string, version: number): Promise<Loaded> {
  const loaded = remembered();
  const key = `${modelId}_${version}`;
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const row = await db().one<Loaded>(
    sql`SELECT model, domain FROM vm_version WHERE model_id = ${modelId} AND version = ${version}`,
  );
  if (loaded.size >= LOADED_LIMIT) loaded.delete(loaded.keys().next().value!);
  loaded.set(key, row!);
  return row!;
}

/**
 * Takes the features of these runs and predicts what each would measure, by the model version in force at the run's start. Also says
 * which models are due for a look at training: once a day of process time.
 */
export async function prepareVm(refs: readonly Ref[]): Promise<VmWork> {
  const summaries = await summariseRuns(refs);
  const { runs } = summaries;
  if (runs.length === 0) return { summaries, predictions: [], training: [] };
  const models = await db().rows<ModelRow>(sql`
    SELECT id, operation, product, checked_to FROM vm_model WHERE active AND operation = ANY(${[...new Set(runs.map((r) => r.operation))]}::text[])`);
  const versions = await db().rows<VersionRow>(sql`
    SELECT model_id, version, effective_from FROM vm_version WHERE model_id = ANY(${models.map((m) => m.id)}::uuid[]) ORDER BY effective_from`);
  const shifts = await db().rows<{ model_id: string; effective_from: Date; shift: number }>(sql`
    SELECT model_id, effective_from, shift FROM vm_domain_shift WHERE model_id = ANY(${models.map((m) => m.id)}::uuid[]) ORDER BY effective_from`);
  const predictions: PredictionRow[] = [];
  const training: VmWork['training'] = [];
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
      predictions.push(predictOne(m.id, v.version, await modelOf(m.id, v.version), shift, run));
    }
  }
  return { summaries, predictions, training };
}

/** The limits of the version's domain, moved by what the model's days before showed; a version without has those of its training rows. */
function predictOne(modelId: string, version: number, { model, domain }: Loaded, shift: number, run: RunSummary): PredictionRow {
  const p = predictPls(model, inputVector(run, model.sensors, positionsOf(run.names)));
  const r = p.responses[0]!;
  const t2 = domain === null ? p.t2 / p.t2Limit : p.t2 / (domain.t2 * Math.exp(shift));
  const spe = domain === null ? p.spe / p.speLimit : p.spe / (domain.spe * Math.exp(shift));
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

const PREDICTION = {
  table: 'vm_prediction',
  columns: {
    model_id: 'uuid',
    run_id: 'uuid',
    started_at: 'timestamptz',
    version: 'int4',
    value: 'float8',
    u_value: 'float8',
    lo: 'float8',
    hi: 'float8',
    t2: 'float8',
    spe: 'float8',
    reliable: 'bool',
    missing: 'int4',
  },
  onConflict: 'ON CONFLICT (model_id, run_id, started_at) DO NOTHING',
} as const;

export async function storeVm(tx: Tx, work: VmWork, refs: readonly Ref[]): Promise<void> {
  await storeSummaries(tx, work.summaries);
  await bulkInsert(tx, PREDICTION, work.predictions);
  await enqueueLater(tx, [
    ...(work.predictions.length > 0
      ? [{ queue: 'spc' as const, payload: { v: 1 as const, source: 'run' as const, refs: [...refs] } }]
      : []),
    ...work.training.map((t) => ({
      queue: 'train' as const,
      key: `train_${t.modelId}_${t.through}`,
      payload: { v: 1 as const, ...t },
    })),
  ]);
}
