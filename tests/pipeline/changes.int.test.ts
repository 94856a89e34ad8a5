import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunToRunConfig } from '@/lib/control';
import { db, sql } from '@/lib/db';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { changeLoop, setLoopState } from '@/lib/services/control/change-loop';
import { approveProposal } from '@/lib/services/control/decide-proposal';
import { judgeDraft } from '@/lib/services/control/judge-change';
import { changeChart } from '@/lib/services/spc/change-chart';
import { changeSpecification } from '@/lib/services/spc/specification';
import { asSent } from '@/lib/services/verb';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { loopOf, specOf } from '../support/loops';

/** Changes that one person makes on a screen, and what two people see of each other. */
let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 8, 1);

/** What one engineer cannot put in force alone, with the field and what is said of it. */
const DANGEROUS: readonly (readonly [keyof RunToRunConfig, (c: RunToRunConfig) => Partial<RunToRunConfig>, RegExp])[] = [
  ['min', (c) => ({ min: c.min - 1e99 }), /knob may go down/],
  ['max', (c) => ({ max: c.max * 1.5 }), /knob may go up/],
  ['maxStep', (c) => ({ maxStep: c.maxStep === null ? null : c.maxStep * 20 }), /step may be .* more than/],
  ['maxStep', () => ({ maxStep: null }), /step may be of any size/],
  ['outlierSigma', () => ({ outlierSigma: 1e9 }), /outlier gate changes/],
  ['outlierSigma', () => ({ outlierSigma: null }), /no longer set aside/],
  ['outlierSigma', () => ({ outlierSigma: 1.5 }), /gate of 1\.5 σ sets 13 % of the nominal wafers aside/],
  ['deadband', (c) => ({ deadband: 0.9 * Math.min(c.maxStep!, c.max - c.min) }), /drops all but the largest/],
  ['maxStep', (c) => ({ maxStep: 1.2 * c.deadband!, quantum: null }), /drops all but the largest/],
  ['maxStep', (c) => ({ maxStep: 1e-4, deadband: null, quantum: null, min: c.min + 0.1 }), /moves to cross the knob's range/],
  ['lambda', () => ({ lambda: 0.001 }), /λ changes from .* by a factor/],
];

test.each(DANGEROUS)('%s beyond what was agreed waits for a second person', async (_, over, said) => {
  const loop = await loopOf('ALD-HFO2');
  expect(loop.state).toBe('closed');
  const draft = { ...loop.config, ...over(loop.config) };
  expect(draft).not.toEqual(loop.config);
  const outcome = await changeLoop(as('ana'), {
    loop: loop.id,
    seen: loop.version,
    config: draft,
    reason: 'to see what happens',
  });
  expect(outcome).toMatchObject({ kind: 'proposed', reasons: expect.arrayContaining([expect.stringMatching(said)]) });
  expect((await judgeDraft(as('ana'), { loop: loop.id, config: draft })).judgement.verdict).toBe('second_person');
  expect((await loopOf('ALD-HFO2')).version).toBe(loop.version);
});

test('a target outside the specification, and a loop that could never move, are refused with the remedy', async () => {
  const loop = await loopOf('ALD-HFO2');
  const change = (over: Partial<RunToRunConfig>) =>
    changeLoop(as('ana'), {
      loop: loop.id,
      seen: loop.version,
      config: { ...loop.config, ...over },
      reason: 'to see what happens',
    });
  await expect(change({ target: loop.config.target * 10 })).rejects.toMatchObject({
    code: 'precondition_failed',
    message: expect.stringMatching(/outside the specification \(LSL .*change the specification first/),
    details: { field: 'target' },
  });
  await expect(change({ deadband: 1e9 })).rejects.toMatchObject({
    code: 'precondition_failed',
    message: expect.stringMatching(/would never move; give a smaller deadband/),
    details: { field: 'deadband' },
  });
  // The same by the other numbers that it depends on.
  const { deadband, min, xNominal } = loop.config;
  for (const over of [
    { maxStep: 0.9 * deadband!, quantum: null },
    { min: xNominal - 0.1 * deadband!, max: xNominal + 0.1 * deadband!, quantum: null },
  ])
    await expect(change(over)).rejects.toMatchObject({ message: /would never move/, details: { field: 'deadband' } });
  expect(min).toBeLessThan(xNominal);
  await expect(change({})).rejects.toMatchObject({ code: 'invalid_input', message: /nothing differs from version 1/ });
  await expect(change({ lambda: 'x' as never })).rejects.toMatchObject({
    code: 'invalid_input',
    message: 'lambda: must be a number',
    details: { field: 'lambda' },
  });
  expect(
    (await judgeDraft(as('ana'), { loop: loop.id, config: { ...loop.config, target: loop.config.target * 10 } })).judgement,
  ).toMatchObject({
    verdict: 'refused',
    reasons: [expect.stringContaining('outside the specification')],
  });
});

test('what two people agreed to is the new reference, and a small change needs one', async () => {
  const loop = await loopOf('CMP-CU');
  const wider = { ...loop.config, max: loop.config.max * 1.2 };
  const proposed = await changeLoop(as('ana'), {
    loop: loop.id,
    seen: loop.version,
    config: wider,
    reason: 'a new head reaches further',
  });
  expect(proposed.kind).toBe('proposed');
  if (proposed.kind === 'proposed')
    await approveProposal(as('ben'), { proposal: proposed.proposalId, reason: 'seen on the tool' });
  const after = await loopOf('CMP-CU');
  const back = await changeLoop(as('ana'), {
    loop: loop.id,
    seen: after.version,
    config: { ...wider, max: loop.config.max * 1.1 },
    reason: 'a little less',
  });
  expect(back).toEqual({ kind: 'in_force', version: after.version + 1 });
  const calm = { ...wider, max: loop.config.max * 1.1, lambda: loop.config.lambda * 0.8 };
  expect(
    await changeLoop(as('ana'), { loop: loop.id, seen: after.version + 1, config: calm, reason: 'a little calmer' }),
  ).toMatchObject({ kind: 'in_force' });
});

test('several small changes of the gain do not add up without a second person', async () => {
  const other = (await db().one<{ id: string; config: RunToRunConfig }>(sql`
    SELECT l.id, v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version
    WHERE l.version = 1 AND NOT EXISTS (SELECT 1 FROM control_thread t WHERE t.loop_id = l.id) ORDER BY l.name LIMIT 1`))!;
  const smaller = (by: number): RunToRunConfig => ({ ...other.config, lambda: 0.2, gain: other.config.gain / by });
  expect(await changeLoop(as('ana'), { loop: other.id, seen: 1, config: smaller(1.6), reason: 'a first small change' })).toEqual({
    kind: 'in_force',
    version: 2,
  });
  const second = await changeLoop(as('ana'), {
    loop: other.id,
    seen: 2,
    config: smaller(1.6 ** 2),
    reason: 'a second small change',
  });
  expect(second).toMatchObject({ kind: 'proposed', reasons: [expect.stringMatching(/factor of 0\.39/)] });
  expect((await judgeDraft(as('ana'), { loop: other.id, config: smaller(1.6 ** 2) })).judgement.ratio).toBeCloseTo(1.6 ** 2, 9);
  const id = second.kind === 'proposed' ? second.proposalId : '';
  expect(await approveProposal(as('ben'), { proposal: id, reason: 'both have looked' })).toEqual({
    kind: 'in_force',
    version: 3,
  });
  expect(
    await changeLoop(as('ana'), { loop: other.id, seen: 3, config: smaller(1.6 ** 3), reason: 'a third small change' }),
  ).toEqual({
    kind: 'in_force',
    version: 4,
  });
  expect((await judgeDraft(as('ana'), { loop: other.id, config: smaller(1.6 ** 4) })).judgement.verdict).toBe('second_person');
});

test('whoever closes a loop closes the version that they saw', async () => {
  const loop = await loopOf('CVD-OXIDE', 'KITE-45');
  await setLoopState(as('ana'), {
    loop: loop.id,
    seen: { version: loop.version, state: 'closed' },
    state: 'suspended',
    reason: 'maintenance of the tool',
  });
  const seen = loop.version;
  await changeLoop(as('ben'), {
    loop: loop.id,
    seen,
    config: { ...loop.config, lambda: loop.config.lambda * 1.1 },
    reason: 'a little bolder',
  });
  await expect(
    setLoopState(as('ana'), {
      loop: loop.id,
      seen: { version: seen, state: 'suspended' },
      state: 'closed',
      reason: 'maintenance is over',
    }),
  ).rejects.toMatchObject({
    code: 'precondition_failed',
    message: expect.stringMatching(/at version 2 by now, you saw 1/),
  });
  expect((await loopOf('CVD-OXIDE', 'KITE-45')).state).toBe('suspended');
  // Somebody who saw it closed does not overrule whoever suspended it.
  const stale = { version: seen + 1, state: 'closed' };
  await expect(
    setLoopState(as('ben'), { loop: loop.id, seen: stale, state: 'shadow', reason: 'a look at the advice' }),
  ).rejects.toMatchObject({
    code: 'precondition_failed',
    message: 'the loop is suspended by now, you saw closed; look at the change first',
  });
  expect((await loopOf('CVD-OXIDE', 'KITE-45')).state).toBe('suspended');
  const now = { version: seen + 1, state: 'suspended' };
  expect(
    await setLoopState(as('ana'), { loop: loop.id, seen: now, state: 'closed', reason: 'maintenance is over' }),
  ).toMatchObject({ kind: 'in_force' });
  // Whatever was seen, a loop can be suspended.
  expect(
    await setLoopState(as('ben'), {
      loop: loop.id,
      seen: { version: 1, state: 'shadow' },
      state: 'suspended',
      reason: 'a fault was found',
    }),
  ).toMatchObject({
    kind: 'in_force',
  });
  expect(await setLoopState(as('ana'), { loop: loop.id, seen: now, state: 'closed', reason: 'the fault is gone' })).toMatchObject(
    { kind: 'in_force' },
  );
  await expect(
    setLoopState(as('ana'), { loop: loop.id, seen: now, state: asSent('open'), reason: 'as nobody says' }),
  ).rejects.toMatchObject({
    code: 'invalid_input',
    details: { field: 'state' },
  });
});

test('a specification that says nothing, or a number that nothing can be, is refused in words', async () => {
  const key = { product: 'HERON-52', operation: 'ALD-HFO2', parameter: 'hfo2_thickness' };
  const { version, ...spec } = await specOf(key.operation, key.parameter);
  const change = (v: object) =>
    changeSpecification(as('ana', { now: NOW }), asSent({ of: key, seen: version, reason: 'as nobody asked', ...v }));
  await expect(change({ target: null, lsl: null, usl: null })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('nothing would be specified'),
    details: { field: 'target' },
  });
  for (const v of [
    { ...spec, usl: 1e308 },
    { ...spec, usl: 'x' },
  ])
    await expect(change(v)).rejects.toMatchObject({ code: 'invalid_input', message: /^usl: /, details: { field: 'usl' } });
  await expect(
    changeSpecification(as('ana', { now: NOW }), {
      of: key,
      seen: version,
      reason: '\u200b'.repeat(9),
      ...spec,
      usl: spec.usl * 1.01,
    }),
  ).rejects.toMatchObject({
    details: { field: 'reason' },
  });
  expect((await specOf(key.operation, key.parameter)).version).toBe(version);
});

const chartRow = async () =>
  (await db().one<{ id: string; version: number }>(
    sql`SELECT id, version FROM chart WHERE operation = 'CVD-OXIDE' AND characteristic = 'measurement.mean' AND kind = 'individuals' ORDER BY title LIMIT 1`,
  ))!;
const chartChange = async (change: object, now = NOW, reason = 'long enough') => {
  const c = await chartRow();
  return changeChart(as('ana', { now }), { chart: c.id, seen: c.version, change, reason });
};
test('a change of a chart that changes nothing, says nothing, or is on another scale is refused', async () => {
  const now = NOW + 5 * DAY;
  const inForce = { lcl: 90, cl: 100, ucl: 111 };
  await chartChange({ limits: inForce, dispersion: { lcl: null, cl: 1, ucl: 4 } }, NOW);
  for (const [change, field, message] of [
    [{}, 'limits', /Nothing differs from version 2/],
    [{ limits: inForce }, 'limits', /Nothing differs/],
    [{ rules: [], alerting: true }, 'rules', /without rules raises no alert/],
    [{ limits: { ...inForce, ucl: 1e308 } }, 'limits.ucl', /^Upper limit: /],
    [{ limits: { ...inForce, sigmaWithin: 1e-9 } }, 'limits.sigmaWithin', /sigma apart; check its unit/],
  ] as const)
    await expect(chartChange(change, now), JSON.stringify(change)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(message),
      details: { field },
    });
  await expect(chartChange({ limits: { ...inForce, ucl: 112 } }, now, '\u200b\u2060\u3164\u00ad\ufeff')).rejects.toMatchObject({
    details: { field: 'reason' },
  });
  expect((await chartRow()).version).toBe(2);
});

test('an alert is assigned to somebody who can sign in', async () => {
  const id = (await db().one<{ id: string }>(sql`
    INSERT INTO alert (id, kind, severity, title, area, dedupe_key, first_at, last_at)
    VALUES (gen_random_uuid(), 'spc', 'medium', 'a test', 'CVD', 'changes', now(), now()) RETURNING id`))!.id;
  await db().exec(sql`INSERT INTO "user" (id, name, email, updated_at, disabled_at) VALUES
    ('u1', 'Cleo', 'cleo@fab.example', now(), NULL), ('u2', 'Dan', 'dan@fab.example', now(), now())`);
  const assign = (assignee: string | null) =>
    actOnAlert(as('ana'), { alert: id, seen: null, action: { do: 'assign', assignee } });
  for (const nobody of ['not-a-user', 'dan@fab.example'])
    await expect(assign(nobody)).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'assignee' } });
  await assign('cleo@fab.example');
  expect(await db().one(sql`SELECT assignee FROM alert WHERE id = ${id}`)).toEqual({ assignee: 'cleo@fab.example' });
  await assign(null);
  await expect(
    actOnAlert(as('ana'), { alert: id, seen: null, action: { do: 'comment', comment: '\u200b'.repeat(6) } }),
  ).rejects.toMatchObject({
    code: 'invalid_input',
    details: { field: 'comment' },
  });
});
