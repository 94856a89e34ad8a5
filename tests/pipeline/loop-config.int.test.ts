import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunToRunConfig } from '@/lib/control';
import { db, sql } from '@/lib/db';
import { changeLoop } from '@/lib/services/control/change-loop';
import { judgeDraft } from '@/lib/services/control/judge-change';
import { listLoops } from '@/lib/services/control/views/list';
import { loopView } from '@/lib/services/control/views/loop';
import { as } from '../support/as';
import { type Door, lotRecord, openDoor } from '../support/door';
import { oxideLoop } from '../support/oxide';
import { measurementOf, runOf } from '../support/wafers';
import { doAllWork } from '../support/work';

/** A loop whose configuration was stored before today's checks, or edited in the database by hand. */
let door: Door;
let loopId: string;
const T0 = Date.UTC(2026, 8, 1);
const HOUR = 3_600_000;

beforeAll(async () => {
  door = await openDoor();
  loopId = (await oxideLoop()).id;
  for (const [i, chamber] of ['A', 'B'].entries()) {
    const w = { key: `W${i}`, lot: `L${i}`, slot: 1, at: T0 + i * HOUR, chamber };
    await door.post('lots', [lotRecord(w.lot)]);
    await door.post('runs', [runOf(w)]);
    await door.post('measurements', [measurementOf(w, 121 + i)]);
  }
  await doAllWork();
});
afterAll(() => door.close());

const inForce = async () =>
  (await db().one<{ version: number; config: RunToRunConfig }>(
    sql`SELECT l.version, v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version WHERE l.id = ${loopId}`,
  ))!;

test('a stored configuration that could not be entered today makes no setpoint: the tool is refused with loop and field named, the page says why, and a change mends it', async () => {
  const { config, version } = await inForce();
  const store = (c: object) =>
    db().exec(
      sql`UPDATE loop_version SET config = ${JSON.stringify(c)}::jsonb WHERE loop_id = ${loopId} AND version = ${version}`,
    );
  const { name } = (await db().one<{ name: string }>(sql`SELECT name FROM control_loop WHERE id = ${loopId}`))!;
  const given = () => db().rows(sql`SELECT 1 FROM advice WHERE loop_id = ${loopId}`);
  const before = (await given()).length;
  for (const [wrong, field] of [
    [{ min: config.max, max: config.min }, 'min'],
    [{ gain: 0 }, 'gain'],
    [{ lambda: 1.5 }, 'lambda'],
  ] as const) {
    await store({ ...config, ...wrong });
    const lot = `R-${field}`;
    await door.post('lots', [lotRecord(lot)]);
    const { status, body } = await door.post('advice', {
      key: `${lot}-a`,
      tool: 'CVD-01',
      chambers: ['A'],
      product: 'KITE-45',
      operation: 'CVD-OXIDE',
      lot,
      at: new Date(T0 + 90 * HOUR).toISOString(),
    });
    expect(status, field).toBe(422);
    expect(body).toMatchObject({ code: 'invalid_input', details: { field, loop: name } });
    expect(body.detail).toMatch(new RegExp(`^${field}: .*version ${version} in force cannot advise.*/control/${loopId}`));
    const page = await loopView(loopId, T0, T0 + 100 * HOUR);
    expect(page.refusal).toBe(body.detail);
    expect(page.threads.map((t) => t.next)).toEqual([null, null]);
    expect(page.judgement).toBeNull();
    const all = { fromMs: T0, toMs: T0 + 100 * HOUR, area: null, product: null, operation: null, state: null };
    const broken = (await listLoops(all)).filter((l) => l.judgement === null);
    expect(broken.map((l) => l.name)).toEqual([name]);
  }
  expect(await given()).toHaveLength(before);
  // λ = 1.5 is stored: what the change is compared with cannot be judged, its gain can.
  const bold = { ...config, gain: config.gain * 2.5 };
  const { judgement } = await judgeDraft(as('ana'), { loop: loopId, config: bold });
  expect(judgement).toMatchObject({ verdict: 'second_person', reasons: [expect.stringContaining('factor of 2.5')] });
  expect(await changeLoop(as('ana'), { loop: loopId, seen: version, config, reason: 'it was never in range' })).toMatchObject({
    kind: 'in_force',
  });
  const mended = await loopView(loopId, T0, T0 + 100 * HOUR);
  expect(mended.refusal).toBeNull();
  expect(mended.threads.every((t) => Number.isFinite(t.next!.setpoint) && t.lastLot === t.next!.explanation.lastLot)).toBe(true);
});

test('the disturbance on the page is counted from the version in force, like the setpoint that stands beside it', async () => {
  const { version, config } = await inForce();
  const page = async () => (await loopView(loopId, T0, T0 + 100 * HOUR)).threads.map((t) => t.dHat);
  const before = await page();
  expect(before).toHaveLength(2);
  await changeLoop(as('ana'), {
    loop: loopId,
    seen: version,
    config: { ...config, target: config.target + 0.5 },
    reason: 'half a nanometre more',
  });
  // What the process is expected to give stays, so the disturbance beside a target that is 0.5 higher is 0.5 lower.
  for (const [i, d] of (await page()).entries()) expect(d).toBeCloseTo(before[i]! - 0.5, 9);
});
