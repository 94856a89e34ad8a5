import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { disposeLots } from '@/lib/services/alerts/dispositions';
import { requestMeasurement } from '@/lib/services/alerts/requests';
import { requestsForApi } from '@/lib/services/alerts/requests-api';
import { alertLife } from '@/lib/services/alerts/views/life';
import { spcChart } from '@/lib/services/spc/views/chart';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import {
  act,
  closing,
  HOUR,
  historyOf,
  kindsOf,
  type OxideAlerts,
  omar,
  oxidePolicy,
  workedAlerts,
} from '../support/oxide-alerts';
import { measurementOf, runOf } from '../support/wafers';
import { doAllWork } from '../support/work';

let door: Door;
let line: OxideAlerts;
beforeAll(async () => {
  door = await openDoor();
  line = await workedAlerts(door);
}, 120_000);
beforeEach(async () => {
  await line.settleAll();
});
afterAll(() => door.close());

test('lots come from the evidence; closing asks for those of which nothing is decided; a later change keeps what was before', async () => {
  // The last good lot, one that is charted beside the signal, and the signal.
  await line.make([100.2], [100.1], [108], [108.5]);
  const a = await line.newest();
  const life = await alertLife(a.id, Date.now());
  const lots = life.lots.map((l) => l.lot);
  expect(life.lots.map((l) => l.by)).toEqual(['signal', 'signal']);
  await expect(act(a.id, closing({ disposition: undefined }))).rejects.toMatchObject({
    code: 'invalid_input',
    details: { field: 'disposition', lots },
  });
  const dispose = (decision: 'scrap' | 'rework' | 'hold' | 'use_as_is', lot: string, slot = 0) =>
    disposeLots(omar, { alert: a.id, seen: null, wafers: [{ lot, slot }], decision, reason: `${decision} of ${lot}` });
  await dispose('rework', lots[0]!);
  await dispose('scrap', lots[0]!, 1);
  await dispose('use_as_is', lots[1]!);
  await dispose('hold', lots[1]!);
  await act(a.id, closing({ disposition: undefined }));
  const after = await alertLife(a.id, Date.now());
  expect(after.lots).toMatchObject([
    { lot: lots[0], decision: { decision: 'rework' }, wafers: [{ slot: 1, decision: 'scrap' }], earlier: 0, onHold: false },
    { lot: lots[1], decision: { decision: 'hold' }, earlier: 1, onHold: true },
  ]);
  expect(after.holds).toMatchObject([{ scope: 'lot', lot: lots[1], alertId: a.id, releasedMs: null }]);
  await dispose('scrap', lots[0]!);
  expect((await alertLife(a.id, Date.now())).lots[0]).toMatchObject({
    decision: { decision: 'scrap', author: 'omar@fab.example' },
    earlier: 1,
  });
});

test('a lot that ran since the last good one and was not measured is affected too', async () => {
  await line.make([100.1]);
  const [bad] = await line.make([108]);
  const at = line.at() - HOUR;
  const lot = 'UNMEASURED';
  await door.post('lots', [
    { key: lot, lot, product: 'KITE-45', route: 'BEOL-1', wafers: 25, startedAt: new Date(at).toISOString() },
  ]);
  await door.post('runs', [runOf({ key: lot, lot, slot: 3, at })]);
  await doAllWork();
  const { lots } = await alertLife((await line.newest()).id, Date.now());
  expect(lots.map((l) => [l.lot, l.by])).toEqual([
    [bad, 'signal'],
    [lot, 'unmeasured'],
  ]);
});

test('points without a signal after the action verify it; a signal before reopens the alert and tells its owner', async () => {
  const a = await line.opened();
  await act(a.id, { do: 'acknowledge' });
  await act(a.id, closing(), as('omar@fab.example', { role: 'operator', now: line.at() + HOUR }));
  expect(await line.alert(a.id)).toMatchObject({ state: 'closed', check_state: 'running' });
  await line.make([100.1], [99.9]);
  expect((await alertLife(a.id, Date.now())).check).toMatchObject({ state: 'running', points: 3, seen: 2 });
  await line.make([100.2]);
  expect(await line.alert(a.id)).toMatchObject({ state: 'verified', check_state: 'passed' });
  const { check } = await alertLife(a.id, Date.now());
  expect(check!.records).toHaveLength(3);
  expect(await kindsOf(a.id)).toContain('verified');

  const b = await line.opened();
  expect(b.id).not.toBe(a.id);
  await act(b.id, { do: 'acknowledge' });
  await act(b.id, closing(), as('omar@fab.example', { role: 'operator', now: line.at() + HOUR }));
  const [, lot] = await line.make([100.1], [108.4]);
  expect(await line.alert(b.id)).toMatchObject({ state: 'open', check_state: 'failed', assignee: 'omar@fab.example' });
  const last = (await historyOf(b.id)).find((e) => e.kind === 'not_effective')!;
  expect(last.text).toBe(`reopened: a signal came back at point 2 of 3 after the action, ${lot} wafer 1`);
  const life = await alertLife(b.id, Date.now());
  expect(life.told.map((t) => t.email)).toEqual(['omar@fab.example']);
  expect(life.lots.map((l) => l.lot)).toContain(lot); // the signal is part of its evidence
  expect((await line.newest()).id).toBe(b.id); // and opened no second alert
});

test('a check that is waived says why, and later signals open an alert of their own', async () => {
  const a = await line.opened();
  const now = line.at() + HOUR;
  await expect(act(a.id, closing({ verifyPoints: 0 }), as('omar@fab.example', { now }))).rejects.toMatchObject({
    details: { field: 'waiver' },
  });
  await act(a.id, closing(), as('omar@fab.example', { now }));
  await act(a.id, { do: 'waive', reason: 'the chamber is taken out of use' });
  expect(await line.alert(a.id)).toMatchObject({ state: 'closed', check_state: 'waived' });
  await line.make([108]);
  expect((await line.newest()).id).not.toBe(a.id);
});

test('a policy may hold the lot or the chamber of an alert by itself', async () => {
  await oxidePolicy('chamber');
  const a = await line.opened();
  await oxidePolicy();
  const { holds, heldNow } = await alertLife(a.id, Date.now());
  expect(holds).toMatchObject([
    { scope: 'chamber', tool: 'CVD-01', chamber: 'A', source: 'policy', placedBy: 'Driftless', releasedMs: null },
  ]);
  expect(heldNow.map((h) => h.id)).toEqual([holds[0]!.id]);
  await db().exec(
    sql`UPDATE process_hold SET released_at = now(), released_by = 'test', release_reason = 'over' WHERE released_at IS NULL`,
  );
});

test('a re-measurement that was asked for is fulfilled by the correction that arrives, and the alert says what it was', async () => {
  const a = await line.opened();
  const { lot } = (await db().one<{ lot: string }>(sql`SELECT lot FROM alert WHERE id = ${a.id}`))!;
  const ask = {
    alert: a.id,
    lot,
    slot: 1,
    operation: 'CVD-OXIDE',
    parameter: 'oxide_thickness',
    withinMin: 90,
    reason: 'is it real?',
  };
  await requestMeasurement(omar, ask);
  await expect(requestMeasurement(omar, ask)).rejects.toMatchObject({ code: 'conflict' });
  // A station reads which wafer it is, and the key of the measurement that it corrects.
  expect(await requestsForApi({})).toMatchObject([
    { lot, wafer: 1, parameter: 'oxide_thickness', revises: `${lot}-1-m`, measuredBy: 'ELL-01' },
  ]);
  const w = { key: `${lot}-1`, lot, slot: 1, at: line.at() };
  await door.post('measurements', [measurementOf(w, 100.1, { key: `${lot}-1-again`, revises: `${lot}-1-m` })]);
  await doAllWork();
  const { requests } = await alertLife(a.id, Date.now());
  expect(requests).toMatchObject([{ state: 'fulfilled', mean: 100.1, revises: expect.any(String), endedBy: 'ELL-01' }]);
  const history = await historyOf(a.id);
  expect(history.find((e) => e.kind === 're_measured')!.text).toBe(
    `${lot} wafer 1: 100.1 nm; before it was 108 nm. it takes the place of the earlier one, which stays visible as superseded`,
  );
  expect(await requestsForApi({})).toEqual([]);
  // Both stay visible on the chart: the new point, and what it was before.
  const { points } = await spcChart(line.chart, line.at() - HOUR, line.at() + HOUR);
  expect([points.value.at(-1), points.superseded.at(-1)]).toEqual([100.1, 108]);
  // Nobody had the alert: it closes itself, since its only signal is gone.
  expect(await line.alert(a.id)).toMatchObject({ state: 'closed' });
});

test('an alert of a wafer that was measured again says so', async () => {
  const [lot] = await line.make([100.1]);
  const w = { key: `${lot}-1`, lot: lot!, slot: 1, at: line.at() };
  await door.post('measurements', [
    measurementOf(w, 108.2, { key: `${lot}-1-second`, measuredAt: new Date(line.at() + 5 * HOUR).toISOString() }),
  ]);
  await doAllWork();
  const a = await line.newest();
  const day = new Date(line.at() + HOUR).toISOString().slice(0, 16).replace('T', ' ');
  expect(a.title).toContain(`(re-measurement; before it was 100.1 nm, measured ${day} UTC)`);
  expect((await alertLife(a.id, Date.now())).repeat?.words).toContain('before it was 100.1 nm');
});
