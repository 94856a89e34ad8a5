import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { WAFER_MEAN } from '@/lib/characteristic';
import { db, sql, transaction } from '@/lib/db';
import { changeChart, excludePoint } from '@/lib/services/spc/change-chart';
import { approveLimits, confirmFirstLimits, rejectLimits } from '@/lib/services/spc/limits/decide';
import { changeLimitPolicy, limitPolicy } from '@/lib/services/spc/limits/policy';
import { proposeLimits } from '@/lib/services/spc/limits/propose';
import { tryChange } from '@/lib/services/spc/limits/try-change';
import { listProposals, proposalView, unconfirmedLimits } from '@/lib/services/spc/limits/views/proposals';
import { spcChart } from '@/lib/services/spc/views/chart';
import { runTask } from '@/lib/services/tasks/run-task';
import * as stages from '@/workers/stages';
import { as } from '../support/as';
import { baseline, coater } from '../support/coated-lots';
import { type Door, openDoor } from '../support/door';
import { oxideChart } from '../support/oxide';
import { doAllWork } from '../support/work';

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const NOW = T0 + 60 * 24 * HOUR;
const WINDOW = { from: new Date(T0).toISOString(), to: new Date(NOW).toISOString() };
let door: Door;
let chart = '';
let coat: ReturnType<typeof coater>;

const engineer = (name: string, now = NOW) => as(name, { now });
const version = async () => (await db().one<{ version: number }>(sql`SELECT version FROM chart WHERE id = ${chart}`))!.version;
const waiting = { state: 'open', area: null, chart: null, limit: 50, after: null } as const;
const study = { ...WINDOW, sigma: 'kind', use: 'last' } as const;
const reason = 'limits after the new kit';

async function policy(secondPerson: boolean, firstLimits: 'apply' | 'propose' = 'apply'): Promise<void> {
  const now = await limitPolicy(db());
  if (now.secondPerson === secondPerson && now.firstLimits === firstLimits) return;
  await changeLimitPolicy(as('root', { role: 'administrator', now: NOW }), {
    seen: now.version,
    secondPerson,
    firstLimits,
    reason: 'as quality asks for',
  });
}

beforeAll(async () => {
  door = await openDoor();
  coat = coater(door);
  // a baseline of twenty lots about 100 nm, and forty about 102 nm: the level has moved for good
  await coat(baseline(T0));
  await coat(baseline(T0 + 4 * 24 * HOUR).map((l) => ({ ...l, means: l.means.map((m) => m + 2) })));
  await coat(baseline(T0 + 8 * 24 * HOUR).map((l) => ({ ...l, means: l.means.map((m) => m + 2) })));
  chart = (await oxideChart(WAFER_MEAN, 'individuals')).id;
});
afterAll(() => door.close());
beforeEach(async () => {
  await policy(false);
  await db().exec(
    sql`UPDATE limit_proposal SET state = 'withdrawn', decided_by = 'test', decided_at = now() WHERE state IN ('computing', 'pending')`,
  );
});

test('first limits hold and are listed until an engineer has looked at them', async () => {
  const { rows, total } = await unconfirmedLimits(100, null);
  expect(total).toBe(rows.length);
  const mine = rows.find((r) => r.chartId === chart)!;
  expect(mine).toMatchObject({ version: 2, reason: expect.stringContaining('baseline of 20 points') });
  expect(mine.cl).toBeGreaterThan(98);
  await expect(confirmFirstLimits(as('vic', { role: 'operator' }), { charts: [chart], reason })).rejects.toMatchObject({
    code: 'forbidden',
  });
  expect(await confirmFirstLimits(engineer('ana'), { charts: [chart], reason })).toBe(1);
  expect(await confirmFirstLimits(engineer('ana'), { charts: [chart], reason })).toBe(0);
  expect((await unconfirmedLimits(100, null)).rows.map((r) => r.chartId)).not.toContain(chart);
});

test('a study proposes limits of the newest phase, compares them on history and changes nothing', async () => {
  const before = await version();
  const { proposals } = await proposeLimits(engineer('ana'), { charts: [chart], options: study, reason });
  expect((await listProposals(waiting)).rows).toMatchObject([{ id: proposals[0], state: 'computing', proposed: null }]);
  await expect(approveLimits(engineer('ben'), { proposal: proposals[0]!, reason })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('being computed'),
  });
  await doAllWork();
  const p = await proposalView(proposals[0]!);
  expect(p.state).toBe('pending');
  expect(p.study).toMatchObject({ used: 1 });
  const { stretches } = p.study as Extract<typeof p.study, { stretches: unknown }>;
  expect(stretches).toHaveLength(2);
  expect(stretches[0]!.mean).toBeCloseTo(100, 0);
  expect(stretches[1]!.mean).toBeCloseTo(102, 0);
  expect(p.proposed!.cl!).toBeCloseTo(102, 0);
  expect(p.now.cl!).toBeCloseTo(100, 0);
  // the limits in force see the shift as a run on one side; those proposed see the old level so
  expect(p.comparison!.points).toBe(180);
  expect(p.comparison!.now).toBeGreaterThan(0);
  expect(p.comparison!.lostCount).toBeGreaterThan(0);
  expect(p.comparison!.lost[0]).toMatchObject({ rule: expect.any(Number), lot: expect.stringMatching(/^Q/) });
  expect(await version()).toBe(before);
  expect((await spcChart(chart, T0, NOW)).versions).toHaveLength(before);
});

test('approved by another engineer it is the version of its author, from now on; the trail has both', async () => {
  await policy(true);
  const { proposals } = await proposeLimits(engineer('ana'), { charts: [chart], options: study, reason });
  await doAllWork();
  const proposal = proposals[0]!;
  await expect(approveLimits(engineer('ana'), { proposal, reason })).rejects.toMatchObject({ code: 'forbidden' });
  const proposed = (await proposalView(proposal)).proposed!;
  const was = await version();
  const done = await approveLimits(engineer('ben'), { proposal, reason: 'agrees with the qualification' });
  expect(done).toEqual({ chart, version: was + 1 });
  const { versions } = await spcChart(chart, T0, NOW + HOUR);
  expect(versions.at(-1)).toMatchObject({
    cl: proposed.cl,
    ucl: proposed.ucl,
    limitsSource: 'study',
    effectiveMs: NOW,
    author: 'ana',
    reason: `${reason} (approved by ben: agrees with the qualification)`,
  });
  await expect(approveLimits(engineer('ben'), { proposal, reason })).rejects.toMatchObject({
    message: 'the proposal is approved already',
  });
  const lines = await db().rows<{ actor: string; action: string }>(
    sql`SELECT actor, action FROM audit_entry WHERE (entity = 'limit proposal' AND entity_id = ${proposal}) OR (entity = 'chart' AND after->>'proposal' = ${proposal}) ORDER BY id`,
  );
  expect(lines).toEqual([
    { actor: 'ana', action: 'propose' },
    { actor: 'ana', action: 'change' },
    { actor: 'ben', action: 'approve' },
  ]);
});

test('where a second person is asked for, entered limits wait as well, with their comparison; the author may take them back', async () => {
  await policy(true);
  const seen = await version();
  const change = { limits: { lcl: 95, cl: 102, ucl: 109 }, rules: [1] as [1] };
  const outcome = await changeChart(engineer('ana'), { chart, seen, change, reason });
  expect(outcome).toMatchObject({ kind: 'waits' });
  const proposal = (outcome as { proposal: string }).proposal;
  expect(await version()).toBe(seen);
  await doAllWork();
  const p = await proposalView(proposal);
  expect(p).toMatchObject({
    kind: 'change',
    state: 'pending',
    proposed: { lcl: 95, cl: 102, ucl: 109, rules: [1], limitsSource: 'given' },
  });
  expect(p.comparison!.proposed).toBe(0);
  await expect(changeChart(engineer('ben'), { chart, seen, change, reason })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('a proposal by ana'),
    details: { proposal },
  });
  expect(await rejectLimits(engineer('ana'), { proposal, reason: 'entered for the wrong chamber' })).toBe('withdrawn');
  expect((await listProposals({ ...waiting, state: 'withdrawn' })).rows.map((r) => r.id)).toContain(proposal);
  // again, and now approved: in force exactly as entered
  const again = (await changeChart(engineer('ana'), { chart, seen, change, reason })) as { proposal: string };
  await approveLimits(engineer('ben'), { proposal: again.proposal, reason: 'checked with the drawing' });
  const { versions, chart: head } = await spcChart(chart, T0, NOW + HOUR);
  expect(head.version).toBe(seen + 1);
  expect(versions.at(-1)).toMatchObject({ lcl: 95, cl: 102, ucl: 109, rules: [1], limitsSource: 'given', author: 'ana' });
});

test('a chart that changed meanwhile refuses the approval; rejecting frees the place', async () => {
  const { proposals } = await proposeLimits(engineer('ana'), { charts: [chart], options: study, reason });
  await doAllWork();
  const seen = await version();
  await changeChart(engineer('cid'), { chart, seen, change: { rules: [1, 2] }, reason });
  expect((await proposalView(proposals[0]!)).isBehind).toBe(true);
  await expect(approveLimits(engineer('ben'), { proposal: proposals[0]!, reason })).rejects.toMatchObject({
    code: 'precondition_failed',
  });
  expect(await rejectLimits(engineer('ben'), { proposal: proposals[0]!, reason: 'made beside an old version' })).toBe('rejected');
  const { proposals: next } = await proposeLimits(engineer('ana'), { charts: [chart], options: study, reason });
  // one that is still being computed may be taken back
  expect(await rejectLimits(engineer('ana'), { proposal: next[0]!, reason: 'asked for the wrong window' })).toBe('withdrawn');
});

test('a proposal that is computed twice, or decided while it was computed, takes effect once', async () => {
  const { proposals } = await proposeLimits(engineer('ana'), { charts: [chart], options: study, reason });
  const task = (await db().one<{ id: number }>(
    sql`SELECT id FROM task WHERE queue = 'limits' AND payload->>'proposalId' = ${proposals[0]}`,
  ))!.id;
  const prepared = await Promise.all([1, 2].map(() => stages.limits.prepare!({ v: 1, proposalId: proposals[0]! }, undefined)));
  await runTask(stages.limits as Parameters<typeof runTask>[0], task);
  const first = await db().one(sql`SELECT computed_at, study FROM limit_proposal WHERE id = ${proposals[0]}`);
  await rejectLimits(engineer('ben'), { proposal: proposals[0]!, reason });
  for (const p of prepared) await transaction((tx) => stages.limits.apply(tx, { v: 1, proposalId: proposals[0]! }, p));
  expect(await db().one(sql`SELECT computed_at, study FROM limit_proposal WHERE id = ${proposals[0]}`)).toEqual(first);
  expect((await proposalView(proposals[0]!)).state).toBe('rejected');
});

test('a study without points ends empty and says why; excluded points do not count', async () => {
  const early = { ...study, from: new Date(T0 - 9e9).toISOString(), to: new Date(T0 - 8e9).toISOString() };
  const { proposals } = await proposeLimits(engineer('ana'), { charts: [chart], options: early, reason });
  await doAllWork();
  expect(await proposalView(proposals[0]!)).toMatchObject({ state: 'empty', study: { why: 'too_few', n: 0 }, proposed: null });
  const point = (await db().one<{ record_id: string }>(
    sql`SELECT record_id FROM chart_point WHERE chart_id = ${chart} ORDER BY at DESC LIMIT 1`,
  ))!;
  await excludePoint(engineer('ana'), { chart, record: point.record_id, reason });
  const { proposals: next } = await proposeLimits(engineer('ana'), {
    charts: [chart],
    options: { ...study, use: 'all' },
    reason,
  });
  await doAllWork();
  const p = await proposalView(next[0]!);
  expect((p.study as { n: number }).n).toBeLessThanOrEqual(179);
});

test('a change that is tried on history says what it would have done, and writes nothing', async () => {
  const change = { limits: { lcl: 80, cl: 102, ucl: 124 }, rules: [1] as [1] };
  const before = await db().one(
    sql`SELECT (SELECT count(*) FROM audit_entry) AS lines, (SELECT count(*) FROM chart_version) AS versions`,
  );
  const t = await tryChange(engineer('ana'), { chart, change });
  expect(t).toMatchObject({ points: 180, proposed: 0, wonCount: 0 });
  const same = await tryChange(engineer('ana'), { chart, change: {} });
  expect(same).toMatchObject({ wonCount: 0, lostCount: 0, now: same.proposed });
  expect(t.lostCount).toBe(same.now);
  expect(
    await db().one(sql`SELECT (SELECT count(*) FROM audit_entry) AS lines, (SELECT count(*) FROM chart_version) AS versions`),
  ).toEqual(before);
  await expect(tryChange(as('vic', { role: 'operator' }), { chart, change })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(tryChange(engineer('ana'), { chart, change: { limits: { lcl: 130, cl: 102, ucl: 124 } } })).rejects.toMatchObject({
    details: { field: 'limits.lcl' },
  });
});

test.each([
  [{ charts: [], options: study, reason }, 'charts'],
  [{ charts: ['7'], options: study, reason }, 'charts.0'],
  [{ charts: ['00000000-0000-4000-8000-000000000000'], options: study, reason }, 'charts'],
  [{ charts: [], options: { ...study, to: study.from }, reason }, 'charts'],
  [{ charts: null, options: { ...study, sigma: 'iqr' }, reason }, 'charts'],
])('%j is refused by its field', async (input, field) => {
  await expect(proposeLimits(engineer('ana'), input as never)).rejects.toMatchObject({ details: { field } });
});

test('where the site wants it, first limits wait for an approval too', async () => {
  await policy(false, 'propose');
  await coat(baseline(T0 + 20 * 24 * HOUR).map((l) => ({ ...l, product: 'HERON-52' })));
  const other = await db().one<{ id: string; version: number }>(sql`
    SELECT c.id, c.version FROM chart c WHERE c.characteristic = ${WAFER_MEAN} AND c.kind = 'individuals' AND c.product = 'HERON-52' AND c.operation = 'CVD-OXIDE' AND c.tool = 'CVD-01' AND c.chamber = 'A'`);
  await coat([{ at: T0 + 30 * 24 * HOUR, means: [100, 100.5], product: 'HERON-52' }]);
  const { rows } = await listProposals({ ...waiting, chart: other!.id });
  expect(rows).toMatchObject([{ kind: 'first', author: 'Driftless', state: 'pending' }]);
  expect((await db().one<{ version: number }>(sql`SELECT version FROM chart WHERE id = ${other!.id}`))!.version).toBe(1);
  await approveLimits(engineer('ben'), { proposal: rows[0]!.id, reason: 'the baseline is in control' });
  const { versions } = await spcChart(other!.id, T0, NOW + HOUR);
  expect(versions.at(-1)).toMatchObject({ version: 2, cl: rows[0]!.proposed!.cl, limitsSource: 'study' });
});
