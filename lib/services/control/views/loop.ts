import { countedFrom, type LoopJudgement, type LoopTiming, type ThreadState, uDisturbance } from '@/lib/control';
import { db, type RowOf, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { idFromAddress } from '../../address/id-from-address';
import { judgeInForce } from '../judge-change';
import { type AdviceEvidence, type NextAdvice, nextAdvice } from '../next-advice';
import { LATEST_FIRST } from '../thread-storage';
import { study } from './achieved';
import { type LoopCapability, type LoopHead, WITHOUT_CONTROL } from './loop-head';
import { type LoopProposal, proposalsOf } from './proposals';

/** Observations the threads used in the window, in process order. */
export interface LoopObservations {
  at: Float64Array;
  y: Float64Array;
  u: Float64Array;
  xApplied: Float64Array;
  /** Without control, by the model: y − gain (x_applied − x_nominal). */
  without: Float64Array;
  disturbance: Float64Array;
  dHat: Float64Array;
  uDHat: Float64Array;
  accepted: boolean[];
  recordId: string[];
  runId: (string | null)[];
  lot: string[];
  slot: number[];
  /** Index into `threads`. */
  thread: number[];
  version: number[];
}

export interface LoopAdvice {
  at: Float64Array;
  setpoint: Float64Array;
  advised: Float64Array;
  dHat: Float64Array;
  lot: string[];
  mode: string[];
  thread: number[];
  version: number[];
  explanation: AdviceView[];
}

export type AdviceView = AdviceEvidence;

export interface LoopThread {
  id: string;
  tool: string;
  chamber: string;
  n: number;
  lastMs: number | null;
  lastLot: string | null;
  dHat: number;
  uDHat: number | null;
  /** What this thread would be advised now; null while the configuration in force cannot work. */
  next: { setpoint: number; explanation: AdviceView } | null;
}

export interface LoopVersionView {
  version: number;
  config: LoopHead['config'];
  author: string;
  reason: string;
  createdMs: number;
}

export interface LoopView {
  loop: LoopHead;
  /** Why tools get no advice from the configuration in force; null: they do. */
  refusal: string | null;
  threads: LoopThread[];
  observations: LoopObservations;
  advice: LoopAdvice;
  withControl: LoopCapability | null;
  withoutControl: LoopCapability | null;
  /** The configuration in force, judged by the gain estimated from history and the observed delay; null where it cannot work. */
  judgement: LoopJudgement | null;
  timing: LoopTiming | null;
  proposals: LoopProposal[];
  events: { atMs: number; kind: string; label: string; tool: string; chamber: string | null }[];
  versions: LoopVersionView[];
  /** Versions of the specification, oldest first; the target of the loop is that of its own versions. */
  specifications: { fromMs: number; lsl: number | null; usl: number | null }[];
  stateChanges: { atMs: number; actor: string; to: string; reason: string | null }[];
  chartId: string | null;
}

const MAX_ROWS = 6000;

export async function loopHead(id: string): Promise<LoopHead> {
  const loop = await db().one<LoopHead>(sql`
    SELECT l.id, l.name, l.area, l.operation, l.product, l.characteristic, l.parameter, l.unit, l.knob, l.knob_unit AS "knobUnit", l.state::text, l.version, v.config, s.lsl, s.usl
    FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version
    LEFT JOIN specification s ON s.product = l.product AND s.operation = l.operation AND s.parameter = l.parameter WHERE l.id = ${idFromAddress('loop', id)}`);
  if (loop === undefined) throw new AppError('not_found', `there is no loop ${id}`);
  return loop;
}

/** Everything of one loop in a window. @throws AppError `not_found`. */
export async function loopView(id: string, fromMs: number, toMs: number): Promise<LoopView> {
  const loop = await loopHead(id);
  const { threads, refusal } = await threadsOf(loop);
  const index = new Map(threads.map((t, i) => [t.id, i]));
  const [steps, advice, events, versions, specifications, stateChanges, proposals, [judged], chart] = await Promise.all([
    stepsOf(loop, fromMs, toMs),
    adviceOf(id, fromMs, toMs, index),
    eventsOf(threads, fromMs, toMs),
    versionsOf(id),
    specificationsOf(loop),
    stateChangesOf(id),
    proposalsOf(id),
    judgeInForce(db(), [loop]),
    db().one<{ id: string }>(sql`
      SELECT id FROM chart WHERE active AND operation = ${loop.operation} AND parameter = ${loop.parameter} AND characteristic = ${loop.characteristic}
        AND (product = ${loop.product} OR product IS NULL) ORDER BY (product IS NULL), (tool IS NOT NULL), kind LIMIT 1`),
  ]);
  const column = (f: (s: StepRow) => number | null): Float64Array => Float64Array.from(steps, (s) => f(s) ?? Number.NaN);
  return {
    loop,
    refusal,
    threads,
    observations: {
      at: column((s) => s.at.getTime()),
      y: column((s) => s.y),
      u: column((s) => s.u_y),
      xApplied: column((s) => s.x_applied),
      without: column((s) => s.without),
      disturbance: column((s) => s.disturbance),
      dHat: column((s) => s.d_hat),
      uDHat: column((s) => s.u_d_hat),
      accepted: steps.map((s) => s.accepted),
      recordId: steps.map((s) => s.record_id),
      runId: steps.map((s) => s.run_id),
      lot: steps.map((s) => s.lot),
      slot: steps.map((s) => s.slot),
      thread: steps.map((s) => index.get(s.thread_id)!),
      version: steps.map((s) => s.version),
    },
    advice,
    withControl: study(steps, (s) => s.y, loop),
    withoutControl: study(steps, (s) => s.without, loop),
    judgement: judged?.judgement ?? null,
    timing: judged?.timing ?? null,
    proposals,
    events,
    versions,
    specifications,
    stateChanges,
    chartId: chart?.id ?? null,
  };
}

type StepRow = RowOf<
  'control_step',
  | 'thread_id'
  | 'at'
  | 'record_id'
  | 'run_id'
  | 'lot'
  | 'slot'
  | 'y'
  | 'u_y'
  | 'x_applied'
  | 'disturbance'
  | 'accepted'
  | 'd_hat'
  | 'u_d_hat'
  | 'version'
> & { readonly without: number };

/** The newest observations of a loop, oldest first. */
async function stepsOf(loop: LoopHead, fromMs: number, toMs: number): Promise<StepRow[]> {
  const from = new Date(fromMs);
  const to = new Date(toMs);
  const rows = await db().rows<StepRow>(sql`
    SELECT s.thread_id, s.at, s.record_id, s.run_id, s.lot, s.slot, s.y, s.u_y, s.x_applied, ${WITHOUT_CONTROL} AS without, s.disturbance, s.accepted, s.d_hat, s.u_d_hat, s.version
    FROM control_thread t JOIN control_step s ON s.thread_id = t.id AND s.at >= ${from} AND s.at <= ${to}
      JOIN loop_version v ON v.loop_id = t.loop_id AND v.version = s.version
    WHERE t.loop_id = ${loop.id} ORDER BY ${LATEST_FIRST} LIMIT ${MAX_ROWS}`);
  return rows.reverse();
}

async function adviceOf(id: string, fromMs: number, toMs: number, index: ReadonlyMap<string, number>): Promise<LoopAdvice> {
  const rows = await db().rows<{
    thread_id: string;
    at: Date;
    lot: string;
    setpoint: number;
    advised: number;
    d_hat: number;
    mode: string;
    version: number;
    explanation: AdviceView;
  }>(sql`
    SELECT thread_id, at, lot, setpoint, advised, d_hat, mode, version, explanation FROM advice
    WHERE loop_id = ${id} AND at >= ${new Date(fromMs)} AND at <= ${new Date(toMs)} ORDER BY at DESC LIMIT ${MAX_ROWS}`);
  const known = rows.reverse().filter((r) => index.has(r.thread_id));
  const column = (f: (r: (typeof rows)[number]) => number): Float64Array => Float64Array.from(known, f);
  return {
    at: column((r) => r.at.getTime()),
    setpoint: column((r) => r.setpoint),
    advised: column((r) => r.advised),
    dHat: column((r) => r.d_hat),
    lot: known.map((r) => r.lot),
    mode: known.map((r) => r.mode),
    thread: known.map((r) => index.get(r.thread_id)!),
    version: known.map((r) => r.version),
    explanation: known.map((r) => r.explanation),
  };
}

async function threadsOf(loop: LoopHead): Promise<Pick<LoopView, 'threads' | 'refusal'>> {
  const rows = await db().rows<{
    id: string;
    tool: string;
    chamber: string;
    n: number;
    last_at: Date | null;
    lot: string | null;
    state: ThreadState;
  }>(sql`
    SELECT t.id, t.tool, t.chamber, t.n, t.last_at, s.lot, t.state FROM control_thread t
    LEFT JOIN LATERAL (SELECT lot FROM control_step s WHERE s.thread_id = t.id ORDER BY ${LATEST_FIRST} LIMIT 1) s ON true
    WHERE t.loop_id = ${loop.id} ORDER BY t.tool, t.chamber`);
  const { next, refusal } = await nextOrRefusal(loop, rows);
  const threads = rows.map((r): LoopThread => {
    const a = next.get(r.id);
    return {
      id: r.id,
      tool: r.tool,
      chamber: r.chamber,
      n: r.n,
      lastMs: r.last_at?.getTime() ?? null,
      lastLot: r.lot,
      dHat: countedFrom(r.state, loop.config).dHat,
      uDHat: uDisturbance(r.state, loop.config),
      next: a === undefined ? null : { setpoint: a.advised, explanation: a.explanation },
    };
  });
  return { threads, refusal };
}

/** The page of a loop that cannot advise is where it is repaired, so it shows what a tool would be answered instead of failing. */
async function nextOrRefusal(
  loop: LoopHead,
  places: readonly { readonly tool: string; readonly chamber: string }[],
): Promise<{ next: ReadonlyMap<string, NextAdvice>; refusal: string | null }> {
  try {
    const next = await nextAdvice(db(), [loop], places, new Date());
    return { next: new Map(next.map((a) => [a.threadId, a])), refusal: null };
  } catch (e) {
    if (!(e instanceof AppError) || e.code !== 'invalid_input') throw e;
    return { next: new Map(), refusal: e.message };
  }
}

async function eventsOf(threads: readonly LoopThread[], fromMs: number, toMs: number): Promise<LoopView['events']> {
  const tools = [...new Set(threads.map((t) => t.tool))];
  const rows = await db().rows<{ at: Date; kind: string; tool: string; chamber: string | null; description: string }>(sql`
    SELECT at, kind, tool, chamber, description FROM equipment_event
    WHERE tool = ANY(${tools}::text[]) AND at >= ${new Date(fromMs)} AND at <= ${new Date(toMs)} ORDER BY at LIMIT 500`);
  return rows.map((e) => ({
    atMs: e.at.getTime(),
    kind: e.kind,
    label: `${e.tool}${e.chamber ? ` ${e.chamber}` : ''}: ${e.description}`,
    tool: e.tool,
    chamber: e.chamber,
  }));
}

async function versionsOf(id: string): Promise<LoopVersionView[]> {
  const rows = await db().rows<Omit<LoopVersionView, 'createdMs'> & { created_at: Date }>(
    sql`SELECT version, config, author, reason, created_at FROM loop_version WHERE loop_id = ${id} ORDER BY version DESC LIMIT 100`,
  );
  return rows.map(({ created_at, ...r }) => ({ ...r, createdMs: created_at.getTime() }));
}

async function specificationsOf(l: LoopHead): Promise<LoopView['specifications']> {
  const rows = await db().rows<{ valid_from: Date; lsl: number | null; usl: number | null }>(sql`
    SELECT valid_from, lsl, usl FROM specification_version
    WHERE product = ${l.product} AND operation = ${l.operation} AND parameter = ${l.parameter} ORDER BY version`);
  return rows.map(({ valid_from, ...r }) => ({ ...r, fromMs: valid_from.getTime() }));
}

async function stateChangesOf(id: string): Promise<LoopView['stateChanges']> {
  const rows = await db().rows<{ at: Date; actor: string; to: string; reason: string | null }>(sql`
    SELECT at, actor, after->>'state' AS to, reason FROM audit_entry WHERE entity = 'loop' AND entity_id = ${id} AND after ? 'state' AND before ? 'state' ORDER BY id DESC LIMIT 50`);
  return rows.map(({ at, ...r }) => ({ ...r, atMs: at.getTime() }));
}
