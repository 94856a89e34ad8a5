import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { changeLoop } from '@/lib/services/control/change-loop';
import { approveProposal } from '@/lib/services/control/decide-proposal';
import { changeSpecification } from '@/lib/services/spc/specification';
import type { SpecificationValues } from '@/lib/spc';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { loopOf, specOf } from '../support/loops';

/** What a changed specification makes of the loops that aim at it. */
let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const NOW = Date.UTC(2026, 8, 1);
const limits = (s: { lsl: number; usl: number }) => ({ lsl: s.lsl, usl: s.usl });

test('loops follow the target of their specification; a large step waits, and a target of its own stays and is told', async () => {
  const loop = await loopOf('CVD-OXIDE', 'KITE-45');
  const key = { product: 'KITE-45', operation: 'CVD-OXIDE', parameter: 'oxide_thickness' };
  const spec = await specOf('CVD-OXIDE', 'oxide_thickness', 'KITE-45');
  expect(loop.config.target).toBe(spec.target);
  const change = async (v: SpecificationValues & { confirmed?: boolean }) =>
    changeSpecification(as('ana', { now: NOW }), {
      of: key,
      seen: (await specOf('CVD-OXIDE', 'oxide_thickness', 'KITE-45')).version,
      reason: 'as the device asks',
      ...v,
    });
  const near = { ...limits(spec), target: spec.target + 0.5 };
  await change(near);
  const followed = await loopOf('CVD-OXIDE', 'KITE-45');
  const { xNominal, gain, quantum } = loop.config;
  const nominal = Math.round((xNominal + 0.5 / gain) / quantum!) * quantum!;
  expect(followed).toMatchObject({
    version: loop.version + 1,
    config: { ...loop.config, target: near.target, xNominal: expect.closeTo(nominal, 9) },
  });
  expect(
    await db().one(sql`SELECT author, reason FROM loop_version WHERE loop_id = ${loop.id} AND version = ${followed.version}`),
  ).toEqual({
    author: 'ana',
    reason: 'the target of specification version 2: as the device asks',
  });
  const far = { lsl: spec.lsl * 10, target: spec.target * 10, usl: spec.usl * 10 };
  await expect(change(far)).rejects.toMatchObject({
    code: 'precondition_failed',
    message: expect.stringMatching(/what is inside now would be out/),
    details: { field: 'confirmed' },
  });
  await change({ ...far, confirmed: true });
  expect((await loopOf('CVD-OXIDE', 'KITE-45')).version).toBe(followed.version);
  const proposals = await db().rows<{ target: number }>(
    sql`SELECT (config->>'target')::float8 AS target FROM loop_proposal WHERE loop_id = ${loop.id} AND state = 'pending'`,
  );
  expect(proposals).toEqual([{ target: far.target }]);
  await change({ lsl: null, target: null, usl: spec.target / 2, confirmed: true });
  const told = await db().rows<{ text: string }>(sql`SELECT text FROM feed_event WHERE text LIKE '%keeps its target%'`);
  expect(told.at(-1)!.text).toMatch(/which lies outside version 4 of the specification/);
});

test('what was proposed for an older target is withdrawn, and the loop follows the newest all the same', async () => {
  const loop = await loopOf('CVD-OXIDE', 'KITE-45');
  const proposals = () =>
    db().rows<{ id: string; target: number; state: string; why: string | null }>(
      sql`SELECT id, (config->>'target')::float8 AS target, state, decision_reason AS why FROM loop_proposal WHERE loop_id = ${loop.id} ORDER BY created_at`,
    );
  const change = async (v: SpecificationValues & { confirmed?: boolean }) =>
    changeSpecification(as('ana', { now: NOW }), {
      of: { product: 'KITE-45', operation: 'CVD-OXIDE', parameter: 'oxide_thickness' },
      seen: (await specOf('CVD-OXIDE', 'oxide_thickness', 'KITE-45')).version,
      reason: 'as the device asks',
      confirmed: true,
      ...v,
    });
  const { target: own } = loop.config;
  // Version 4 has no target: what was proposed for version 3 is not asked for any more.
  expect(await proposals()).toMatchObject([{ state: 'withdrawn', why: 'version 4 of the specification has no target' }]);
  // The loop could follow neither 3 nor 4; it follows 5.
  await change({ lsl: own - 20, target: own + 1, usl: own + 20 });
  expect((await loopOf('CVD-OXIDE', 'KITE-45')).config.target).toBe(own + 1);
  // A step that waits, overtaken by another: only the newest can be approved.
  await change({ lsl: own * 9, target: own * 10, usl: own * 11 });
  await change({ lsl: own * 11, target: own * 12, usl: own * 13 });
  const [, second, third] = await proposals();
  expect(second).toMatchObject({ target: own * 10, state: 'withdrawn' });
  expect(third).toMatchObject({ target: own * 12, state: 'pending' });
  await expect(approveProposal(as('ben'), { proposal: second!.id, reason: 'seen on the tool' })).rejects.toMatchObject({
    code: 'conflict',
  });
  await change({ lsl: own - 20, target: own + 2, usl: own + 20 });
  expect((await proposals()).map((p) => p.state)).not.toContain('pending');
  // A target of its own, given by an engineer, stays.
  const now = await loopOf('CVD-OXIDE', 'KITE-45');
  expect(now.config.target).toBe(own + 2);
  await changeLoop(as('ana'), {
    loop: loop.id,
    seen: now.version,
    config: { ...now.config, target: own + 3 },
    reason: 'a trial of the process',
  });
  await change({ lsl: own - 20, target: own + 1, usl: own + 20 });
  expect((await loopOf('CVD-OXIDE', 'KITE-45')).config.target).toBe(own + 3);
});
