import { afterAll, beforeAll, expect, test } from 'vitest';
import { loopSpecs } from '@/app/(dash)/control/[id]/loop-input';
import type { RunToRunConfig } from '@/lib/control';
import { db, sql } from '@/lib/db';
import { auditLoop } from '@/lib/services/control/audit-record';
import { changeLoop, setLoopState } from '@/lib/services/control/change-loop';
import { approveProposal, rejectProposal } from '@/lib/services/control/decide-proposal';
import { judgeDraft } from '@/lib/services/control/judge-change';
import { loopTimings } from '@/lib/services/control/loop-gain';
import { listLoops } from '@/lib/services/control/views/list';
import { loopView } from '@/lib/services/control/views/loop';
import { replayLoop } from '@/lib/services/control/views/replay';
import { changeSpecification } from '@/lib/services/spc/specification';
import { as } from '../support/as';
import { type Door, lotRecord, openDoor } from '../support/door';
import { oxideLoop } from '../support/oxide';
import { trailOf } from '../support/trail';
import { measurementOf, runOf } from '../support/wafers';
import { doAllWork as work } from '../support/work';

/** A process under its loop, with everything that makes what a thread knew differ from what is known later. */
let door: Door;
let loopId: string;
const T0 = Date.UTC(2026, 8, 1);
const HOUR = 3_600_000;
/** Gain of the real process; the model says 2.09. */
const GAIN = 2.3;

beforeAll(async () => {
  door = await openDoor();
  loopId = (await oxideLoop()).id;
});
afterAll(() => door.close());

async function post<T = unknown>(path: string, value: object): Promise<T> {
  const { status, body } = await door.post<T>(path, value);
  if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

interface Told {
  chambers: Record<string, { adviceId: string; setpoints: Record<string, number> }>;
}
interface Wafer {
  key: string;
  lot: string;
  at: number;
  chamber: string;
  value: number;
  slot: number;
}

const change = (seen: number, config: RunToRunConfig, reason: string) =>
  changeLoop(as('ana'), { loop: loopId, seen, config, reason });

let serial = 0;
/** Asks for the recipe and runs it (or `manual` in its place); the output is not measured yet. */
async function run(at: number, chamber: string, disturbance: number, manual?: number): Promise<Wafer> {
  const key = `W${++serial}`;
  const lot = `L${serial}`;
  await post('lots', [lotRecord(lot)]);
  const told = await post<Told>('advice', {
    key: `${key}-a`,
    tool: 'CVD-01',
    chambers: [chamber],
    product: 'KITE-45',
    operation: 'CVD-OXIDE',
    lot,
    at: new Date(at - 60_000).toISOString(),
  });
  const advised = told.chambers[chamber]!;
  const x = manual ?? advised.setpoints['deposition_time']!;
  const slot = (serial % 25) + 1;
  await post('runs', [runOf({ key, lot, slot, at, chamber, depositionTime: x }, { adviceId: advised.adviceId })]);
  return { key, lot, at, chamber, value: 120 + GAIN * (x - 60) + disturbance, slot };
}

async function measure(w: Wafer, revises?: string, value = w.value, u = 0.4): Promise<void> {
  const measuredAt = new Date(w.at + 2 * HOUR).toISOString();
  const correction = revises === undefined ? {} : { key: `${w.key}-m2`, revises };
  await post('measurements', [measurementOf(w, value, { measuredAt, u: [u, u, u, u, u], ...correction })]);
  await work();
}

const pm = async (id: string, at: number, chamber?: string) => {
  await post('events', [
    {
      key: id,
      tool: 'CVD-01',
      ...(chamber === undefined ? {} : { chamber }),
      kind: 'pm',
      at: new Date(at).toISOString(),
      description: 'kit change',
    },
  ]);
  await work();
};

const inForce = async () =>
  (await db().one<{ version: number; config: RunToRunConfig }>(
    sql`SELECT l.version, v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version WHERE l.id = ${loopId}`,
  ))!;

/** A disturbance without a pattern that a constant could imitate. */
const noise = (t: number) => 3 * Math.sin(0.7 * t) + 2 * Math.cos(2.3 * t) + (t > 9 ? 6 : 0);

test('every recorded decision is made again to the last bit: late data, a correction, maintenance, manual setpoints, two versions, clipped and held moves, shadow', async () => {
  const first = await inForce();
  await change(
    first.version,
    { ...first.config, maxStep: 1.1, quantum: 0.05, deadband: 0.2, weighByUncertainty: true },
    'limits of the trial',
  );
  const waiting: Wafer[] = [];
  for (let t = 0; t < 24; t++) {
    const w = await run(T0 + (t + 1) * HOUR, t % 3 === 0 ? 'B' : 'A', noise(t), t === 5 ? 58.5 : undefined);
    if (t === 8)
      waiting.push(w); // measured much later, in the middle of the history
    else if (t === 12)
      await measure(w, undefined, w.value + 30); // wrong, and corrected at t = 15
    else await measure(w);
    if (t === 7) await pm('P1', T0 + 7.5 * HOUR, 'A');
    if (t === 15) await measure({ ...w, key: 'W13', lot: 'L13', at: T0 + 13 * HOUR, slot: 14, chamber: 'B' }, 'W13-m', 121);
    if (t === 16) await pm('P2', T0 + 4.5 * HOUR); // reported long after
    if (t === 18) for (const late of waiting) await measure(late);
    if (t === 19)
      await setLoopState(as('ana'), {
        loop: loopId,
        seen: { version: (await inForce()).version, state: 'closed' },
        state: 'shadow',
        reason: 'a look at the advice only',
      });
    if (t === 21)
      await setLoopState(as('ana'), {
        loop: loopId,
        seen: { version: (await inForce()).version, state: 'shadow' },
        state: 'closed',
        reason: 'on again after the look',
      });
  }
  const audit = await auditLoop(loopId, new Date(0));
  expect(audit).toMatchObject({ decisions: 24, same: 24, first: null });
  // The history holds what the test promises.
  const kinds = await db().rows<{ kind: string; n: number }>(
    sql`SELECT j.kind, count(*)::int AS n FROM control_journal j JOIN control_thread t ON t.id = j.thread_id WHERE t.loop_id = ${loopId} GROUP BY j.kind ORDER BY j.kind`,
  );
  expect(Object.fromEntries(kinds.map((k) => [k.kind, k.n]))).toEqual({ observation: 25, reset: 3, withdrawal: 1 });
  const clips = await db().rows<{ kind: string }>(
    sql`SELECT DISTINCT c->>'kind' AS kind FROM advice a, jsonb_array_elements(a.explanation->'clips') c WHERE a.loop_id = ${loopId} ORDER BY 1`,
  );
  expect(clips.map((c) => c.kind)).toEqual(['deadband', 'quantum', 'step']);
  // Also from any later moment, where most of the history is the state that it left.
  for (const hours of [3, 9, 14, 17, 20])
    expect(await auditLoop(loopId, new Date(T0 + hours * HOUR))).toMatchObject({ first: null });
  // A record that was altered is reported.
  await db().exec(
    sql`UPDATE control_journal SET y = y + 1e-9 WHERE kind = 'observation' AND seq = 3 AND thread_id IN (SELECT id FROM control_thread WHERE loop_id = ${loopId})`,
  );
  expect((await auditLoop(loopId, new Date(0))).first).not.toBeNull();
  await db().exec(
    sql`UPDATE control_journal j SET y = s.y FROM control_step s WHERE s.thread_id = j.thread_id AND s.record_id = j.source_id`,
  );
});

test('the replay that the page asks for: the version in force equals the record in every figure, and a draft does not', async () => {
  const { config, version } = await inForce();
  const calm = await change(version, { ...config, lambda: 0.3 }, 'calmer for the replay');
  expect(calm).toEqual({ kind: 'in_force', version: version + 1 });
  for (let t = 24; t < 40; t++) await measure(await run(T0 + (t + 1) * HOUR, t % 2 ? 'B' : 'A', noise(t)));
  const r = await replayLoop(as('ana'), { loop: loopId, config: { ...config, lambda: 0.1, maxStep: 0.2 } });
  expect(r.ownHistory).toBe(true);
  expect(r.n).toBe(16);
  expect(r.present).toEqual(r.recorded);
  expect(r.audit).toMatchObject({ decisions: 16, same: 16 });
  expect(r.proposed.rms).not.toBe(r.recorded.rms);
  expect(r.proposed.clipped).toBeGreaterThan(0);
  expect([r.recorded, r.present, r.proposed].map((side) => side.decisions)).toEqual([16, 16, 16]);
  expect(r.recorded.moves).toBe(r.audit.moves);
  expect(r.recorded.moves).toBeLessThanOrEqual(r.recorded.decisions);
  const itself = await replayLoop(as('ana'), { loop: loopId, config: { ...config, lambda: 0.3 } });
  expect(itself.proposed).toEqual(itself.present);
});

test('of two changes of one version at once, one is in force, and the other is told so', async () => {
  const { config, version } = await inForce();
  const both = await Promise.allSettled(
    [0.29, 0.31].map((lambda) => change(version, { ...config, lambda }, 'two people at one loop')),
  );
  expect(both.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
  expect(both.find((r) => r.status === 'rejected')).toMatchObject({
    reason: { code: 'precondition_failed', message: expect.stringContaining(`version ${version + 1}`) },
  });
});

test('a draft that would not be stable is refused by the verb that the page calls, with the numbers and the λ that is stable', async () => {
  const { config, version } = await inForce();
  const wild = { ...config, lambda: 0.9, gain: config.gain / 10 };
  const { judgement } = await judgeDraft(as('ana'), { loop: loopId, config: wild });
  expect(judgement.verdict).toBe('refused');
  await expect(change(version, wild, 'a bolder controller')).rejects.toMatchObject({
    code: 'precondition_failed',
    message: expect.stringMatching(/not be stable.*λ must be at most/),
    details: { field: 'lambda', largestLambda: judgement.largestLambda },
  });
  expect((await inForce()).version).toBe(version);
});

test('a change near the bound waits for a second engineer, who is not its author, and is judged again', async () => {
  const { config, version } = await inForce();
  const half = { ...config, gain: config.gain * 2.2, lambda: 0.3 };
  const proposed = await change(version, half, 'the gain of the new showerhead');
  expect(proposed).toMatchObject({ kind: 'proposed', reasons: [expect.stringContaining('factor of 2.2')] });
  const id = proposed.kind === 'proposed' ? proposed.proposalId : '';
  expect((await inForce()).version).toBe(version);
  const seen = await loopView(loopId, T0, T0 + 100 * HOUR);
  expect(seen.proposals[0]).toMatchObject({ id, state: 'pending', author: 'ana', config: half });
  await expect(approveProposal(as('ana'), { proposal: id, reason: 'I am sure of it' })).rejects.toMatchObject({
    code: 'forbidden',
  });
  expect(await approveProposal(as('ben'), { proposal: id, reason: 'matches the qualification' })).toEqual({
    kind: 'in_force',
    version: version + 1,
  });
  await expect(approveProposal(as('ben'), { proposal: id, reason: 'once more please' })).rejects.toMatchObject({
    code: 'conflict',
  });
  const { name } = (await db().one<{ name: string }>(sql`SELECT name FROM control_loop WHERE id = ${loopId}`))!;
  const trail = (await trailOf('loop', loopId)).slice(-3);
  expect(trail.map((t) => `${t.actor} ${t.action} ${t.name}`)).toEqual([
    `ana propose ${name}`,
    `ben approve ${name}`,
    `ana change ${name}`,
  ]);
  const back = await change(version + 1, { ...config }, 'the old showerhead is back');
  const other = back.kind === 'proposed' ? back.proposalId : '';
  await rejectProposal(as('ben'), { proposal: other, reason: 'not yet, tool is down' });
  await expect(approveProposal(as('cleo'), { proposal: other, reason: 'after all a good idea' })).rejects.toMatchObject({
    code: 'conflict',
  });
});

test('pages call what they show without control a value of the model', async () => {
  await db().exec(sql`INSERT INTO sim_twin (run_key, parameter, value) SELECT key, 'oxide_thickness', 1e6 FROM run`);
  const d = await loopView(loopId, T0, T0 + 100 * HOUR);
  const o = d.observations;
  // Each by the version that learned it: the larger gain of the version in force now says nothing of them.
  const learnedBy = (i: number) => d.versions.find((v) => v.version === o.version[i])!.config;
  expect(d.loop.config.gain).not.toBe(learnedBy(0).gain);
  expect(o.y.length).toBeGreaterThan(20);
  o.y.forEach((y, i) => {
    const { gain, xNominal } = learnedBy(i);
    expect(o.without[i]).toBeCloseTo(y - gain * (o.xApplied[i]! - xNominal), 9);
  });
  const row = (
    await listLoops({ fromMs: T0, toMs: T0 + 100 * HOUR, area: null, product: null, operation: null, state: null })
  ).find((l) => l.id === loopId)!;
  expect(row.withoutControl!.mean).toBeCloseTo(d.withoutControl!.mean, 9);
  expect(row.withoutControl!.sigmaWithin!).toBeCloseTo(d.withoutControl!.sigmaWithin!, 9);
});

test('the delay of a loop is counted to the moment when its thread learned of a lot, whatever told it', async () => {
  const begin = T0 + 75 * 24 * HOUR;
  const waiting: Wafer[] = [];
  for (let t = 0; t < 16; t++) {
    waiting.push(await run(begin + t * HOUR, 'A', noise(t)));
    // Measured two hours after the run, reported in the sixth.
    if (waiting.length > 5) await measure(waiting.shift()!);
  }
  const expected = { delayMedian: 5, delay90: 5, observationsALot: 1 };
  expect((await loopTimings(db(), [loopId])).get(loopId)).toEqual(expected);
  // An observation that is no measurement has arrived as well.
  await db().exec(sql`
    WITH own AS (SELECT id FROM control_thread WHERE loop_id = ${loopId}),
      steps AS (UPDATE control_step SET record_id = md5(record_id::text)::uuid WHERE thread_id IN (SELECT id FROM own) RETURNING 1)
    UPDATE control_journal SET source_id = md5(source_id::text)::uuid WHERE thread_id IN (SELECT id FROM own) AND kind = 'observation'`);
  expect((await loopTimings(db(), [loopId])).get(loopId)).toEqual(expected);
});

test('the page of a loop knows each version of its target and limits with its time', async () => {
  const { loop } = await loopView(loopId, T0, T0 + 100 * HOUR);
  const key = { product: loop.product, operation: loop.operation, parameter: loop.parameter };
  const was = (await db().one<{ version: number; lsl: number; usl: number; target: number }>(sql`
    SELECT version, lsl, usl, target FROM specification WHERE product = ${key.product} AND operation = ${key.operation} AND parameter = ${key.parameter}`))!;
  const now = Date.now();
  const moved = { target: was.target + 0.1, lsl: was.lsl + 0.1, usl: was.usl + 0.1 };
  await changeSpecification(as('ana', { now }), { of: key, seen: was.version, reason: 'the next layer is thinner', ...moved });
  const page = await loopView(loopId, T0, T0 + 100 * HOUR);
  expect(page.specifications.slice(-2).map(({ lsl, usl }) => [lsl, usl])).toEqual([
    [was.lsl, was.usl],
    [moved.lsl, moved.usl],
  ]);
  expect(page.specifications.at(-1)!.fromMs).toBe(now);
  const spans = loopSpecs(page);
  expect(spans[0]).toMatchObject({ fromMs: 0, target: was.target, lsl: was.lsl });
  expect(spans.at(-1)).toMatchObject({ target: moved.target, lsl: moved.lsl, usl: moved.usl });
  expect(spans.at(-1)!.fromMs).toBeGreaterThanOrEqual(now);
});
