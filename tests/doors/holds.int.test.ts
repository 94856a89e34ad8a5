import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import type { AdviceOut } from '@/lib/formats/wire';
import { holdSubject, releaseEquipment, releaseLot, releaseOf } from '@/lib/services/holds/verbs';
import { holdList } from '@/lib/services/holds/views/list';
import { lotView } from '@/lib/services/lots/views/lot';
import { createChannel } from '@/lib/services/notify/channels';
import { pauseAfter, sendHoldMessages } from '@/lib/services/notify/hold-messages';
import { sign } from '@/lib/services/notify/post';
import { asMachine } from '@/lib/services/verb';
import { as, keyFor } from '../support/as';
import { type Door, openDoor } from '../support/door';

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Answer = (res: ServerResponse) => void;

/** A MES that keeps what it is sent and answers as a test says. */
function mes(): { server: Server; got: Received[]; answer: (a: Answer) => void } {
  const got: Received[] = [];
  let how: Answer = (res) => res.end('{}');
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (c: Buffer) => {
      body += c.toString('utf8');
    });
    req.on('end', () => {
      got.push({ headers: req.headers, body });
      how(res);
    });
  });
  return {
    server,
    got,
    answer: (a) => {
      how = a;
    },
  };
}
const json =
  (value: object, status = 200): Answer =>
  (res) => {
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(JSON.stringify(value));
  };

const omar = as('omar@fab.example', { role: 'operator' });
const ana = as('ana@fab.example');
const { server, got, answer } = mes();
let door: Door;
let key: string;
let secret: string;
beforeAll(async () => {
  process.env['WEBHOOK_ALLOW_PRIVATE'] = '127.0.0.1';
  door = await openDoor();
  key = await keyFor('mes-1', 'holds', 'read');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const lot of ['A', 'B', 'C']) await door.lot(lot);
}, 120_000);
afterAll(async () => {
  await door.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ask = (k: string, lot = 'A', chambers = ['A', 'B'], tool = 'CVD-01') =>
  door.post<AdviceOut & { code?: string; detail?: string; details?: Record<string, unknown> }>('advice', {
    key: k,
    tool,
    chambers,
    product: 'KITE-45',
    operation: 'CVD-OXIDE',
    lot,
    at: '2026-09-02T00:00:00Z',
  });
const call = async (method: string, path: string, body?: object) => {
  const res = await fetch(`${door.url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: res.status, body: (await res.json()) as Record<string, unknown> };
};
const hold = (subject: Parameters<typeof holdSubject>[1]['subject'], by = omar) =>
  holdSubject(by, { subject, reason: 'particles on the last lot', alert: null, source: 'person' });
const release = async (id: string, by = ana) => (await releaseOf(id))(by, { hold: id, reason: 'cleaned and qualified' });
const messages = (id: string) =>
  db().rows<{ event: string; state: string; attempts: number; error: string | null }>(
    sql`SELECT event, state, attempts, error FROM hold_message WHERE hold_id = ${id} ORDER BY id`,
  );

test('advice for a held lot, to a held tool and to a held chamber is refused with the hold; after the release it is given, the same again', async () => {
  const first = await ask('k-1');
  expect(first.status).toBe(200);
  for (const [subject, field] of [
    [{ scope: 'lot', lot: 'A' }, 'lot'],
    [{ scope: 'tool', tool: 'CVD-01' }, 'tool'],
    [{ scope: 'chamber', tool: 'CVD-01', chamber: 'B' }, 'chambers'],
  ] as const) {
    const { id } = await hold(subject);
    for (const k of ['k-1', `new-${field}`]) {
      const no = await ask(k);
      expect(no.status).toBe(409);
      expect(no.body).toMatchObject({
        code: 'on_hold',
        details: {
          field,
          holdId: id,
          scope: subject.scope,
          reason: 'particles on the last lot',
          placedBy: 'omar@fab.example',
          page: expect.stringMatching(new RegExp(`/holds\\?hold=${id}$`)),
        },
      });
    }
    await release(id);
    expect((await ask('k-1')).body).toEqual(first.body);
    expect((await ask(`new-${field}`)).status).toBe(200);
  }
  // Nothing was kept of what was refused, and neighbours go on.
  const { id } = await hold({ scope: 'chamber', tool: 'CVD-01', chamber: 'B' });
  expect((await ask('only-a', 'B', ['A'])).status).toBe(200);
  expect((await ask('refused', 'B', ['B'])).status).toBe(409);
  expect(await db().one(sql`SELECT count(*)::int AS n FROM advice WHERE lot = 'B' AND chamber = 'B'`)).toEqual({ n: 0 });
  await release(id);
});

test('one hold is active of a subject; a lot is released by an operator, a tool or chamber by an engineer', async () => {
  const tool = await hold({ scope: 'tool', tool: 'CVD-01' });
  expect(await hold({ scope: 'tool', tool: 'CVD-01' })).toEqual(tool); // the same again
  await expect(hold({ scope: 'tool', tool: 'CVD-01' }, ana)).rejects.toMatchObject({
    code: 'conflict',
    details: { holdId: tool.id },
  });
  await expect(release(tool.id, omar)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(releaseLot(omar, { hold: tool.id, reason: 'by the other door' })).rejects.toMatchObject({ code: 'not_found' });
  await release(tool.id);
  await release(tool.id); // the same again
  await expect(releaseEquipment(ana, { hold: tool.id, reason: 'another reason' })).rejects.toMatchObject({ code: 'conflict' });
  const lot = await hold({ scope: 'lot', lot: 'C' });
  await release(lot.id, omar);
  await expect(hold({ scope: 'lot', lot: 'NONE' })).rejects.toMatchObject({ code: 'invalid_input', details: { field: 'lot' } });
  await expect(hold({ scope: 'chamber', tool: 'CVD-01', chamber: 'Z' })).rejects.toMatchObject({ details: { field: 'chamber' } });
  const both = await Promise.allSettled([hold({ scope: 'lot', lot: 'B' }, omar), hold({ scope: 'lot', lot: 'B' }, ana)]);
  expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await db().one(sql`SELECT count(*)::int AS n FROM process_hold WHERE lot = 'B' AND released_at IS NULL`)).toEqual({
    n: 1,
  });
  await db().exec(
    sql`UPDATE process_hold SET released_at = now(), released_by = 'test', release_reason = 'over' WHERE released_at IS NULL`,
  );
});

test('a MES is asked by a signed message until it acknowledges, ever more rarely', async () => {
  const made = await createChannel(asMachine('admin'), {
    kind: 'mes',
    name: 'MES',
    target: `http://127.0.0.1:${(server.address() as AddressInfo).port}/holds`,
    severities: [],
    areas: [],
  });
  secret = made.secret!;
  let now = Date.now() + 1_000;
  const clock = () => now;
  const { id } = await hold({ scope: 'lot', lot: 'A' });
  answer(json({ ok: true }));
  expect(await sendHoldMessages(clock)).toBe(1);
  const [m] = got;
  const stamp = String(m!.headers['x-driftless-timestamp']);
  expect(m!.headers['x-driftless-signature']).toBe(sign(secret, stamp, m!.body));
  expect(JSON.parse(m!.body)).toMatchObject({
    event: { kind: 'hold.placed' },
    hold: { id, active: true, scope: 'lot', lot: 'A', reason: 'particles on the last lot' },
  });
  expect(await messages(id)).toEqual([
    { event: 'placed', state: 'asked', attempts: 1, error: 'answered 200 without {"acknowledged": true}' },
  ]);
  expect(await sendHoldMessages(clock)).toBe(0); // not before its pause
  now += pauseAfter(1);
  answer(json({ acknowledged: true }, 500)); // an error is none
  expect(await sendHoldMessages(clock)).toBe(1);
  expect(await messages(id)).toMatchObject([{ state: 'asked', attempts: 2, error: 'answered 500' }]);
  now += pauseAfter(2);
  answer(json({ acknowledged: true }));
  expect(await sendHoldMessages(clock)).toBe(1);
  expect(await messages(id)).toEqual([{ event: 'placed', state: 'acknowledged', attempts: 3, error: null }]);
  expect(new Set(got.map((g) => g.headers['x-driftless-event'])).size).toBe(1); // the receiver knows a repeat
  await release(id);
  expect(await sendHoldMessages(clock)).toBe(1);
  expect(JSON.parse(got.at(-1)!.body)).toMatchObject({
    event: { kind: 'hold.released' },
    hold: { id, active: false, releasedBy: 'ana@fab.example' },
  });
  expect((await messages(id)).map((q) => [q.event, q.state])).toEqual([
    ['placed', 'acknowledged'],
    ['released', 'acknowledged'],
  ]);
  expect([1, 2, 3, 8, 40].map((n) => pauseAfter(n) / 1000)).toEqual([5, 10, 20, 600, 600]);
});

test('a MES that hangs blocks nothing: holds are placed and obeyed, each message is sent by one worker, and the release takes the place of the request', async () => {
  answer(() => undefined);
  const now = Date.now() + 5_000;
  const { id } = await hold({ scope: 'lot', lot: 'B' });
  const before = got.length;
  const sending = sendHoldMessages(() => now);
  while (got.length === before) await new Promise((resolve) => setImmediate(resolve));
  expect(await sendHoldMessages(() => now)).toBe(0); // another worker has nothing to send
  const other = await hold({ scope: 'tool', tool: 'CVD-01' });
  expect((await ask('while-hanging', 'C')).status).toBe(409);
  await release(other.id);
  expect((await ask('while-hanging', 'C')).status).toBe(200);
  await release(id, omar);
  server.closeAllConnections();
  await sending;
  expect((await messages(id)).map((m) => [m.event, m.state])).toEqual([
    ['placed', 'superseded'],
    ['released', 'asked'],
  ]);
  // A worker that died after it took a message: it is sent again after a minute.
  await db().exec(sql`UPDATE hold_message SET state = 'superseded' WHERE hold_id = ${other.id}`);
  answer(json({ acknowledged: true }));
  await db().exec(
    sql`UPDATE hold_message SET attempts = 1, next_at = ${new Date(now + 60_000)} WHERE hold_id = ${id} AND state = 'asked'`,
  );
  expect(await sendHoldMessages(() => now + 59_000)).toBe(0);
  expect(await sendHoldMessages(() => now + 61_000)).toBe(1);
  expect((await messages(id)).at(-1)).toMatchObject({ event: 'released', state: 'acknowledged' });
});

test('a MES places, acknowledges and releases holds itself; saying so twice changes nothing', async () => {
  answer(json({}));
  const body = { scope: 'lot', lot: 'NOT-SENT-YET', reason: 'held in the MES' };
  const made = await call('POST', 'holds', body);
  expect(made.status).toBe(200);
  expect((await call('POST', 'holds', body)).body).toEqual(made.body);
  const id = String(made.body['id']);
  expect((await call('POST', 'holds', { ...body, scope: 'nothing' })).status).toBe(422);
  expect((await ask('mes-held', 'NOT-SENT-YET')).body).toMatchObject({
    code: 'on_hold',
    details: { holdId: id, placedBy: 'mes-1' },
  });
  expect((await call('POST', `holds/${id}/acknowledge`, {})).status).toBe(200);
  expect((await messages(id)).map((m) => m.state)).toEqual(['acknowledged']);
  expect((await call('POST', `holds/${id}/acknowledge`, {})).status).toBe(200);
  const listed = (await call('GET', 'holds?active=true')).body as {
    holds: { id: string; source: string; messages: { state: string }[] }[];
  };
  expect(listed.holds.find((h) => h.id === id)).toMatchObject({ source: 'mes', messages: [{ state: 'acknowledged' }] });
  for (let i = 0; i < 2; i++)
    expect((await call('POST', `holds/${id}/release`, { reason: 'released in the MES' })).status).toBe(200);
  expect((await call('POST', `holds/${id}/release`, { reason: 'once more, otherwise' })).status).toBe(409);
  expect((await ask('mes-held', 'NOT-SENT-YET')).status).toBe(200);
  const other = await keyFor('tool', 'advice');
  const res = await fetch(`${door.url}/api/v1/holds`, {
    method: 'POST',
    headers: { authorization: `Bearer ${other}` },
    body: JSON.stringify(body),
  });
  expect(res.status).toBe(403);
});

test('the page of a lot and the list of holds say what is held, by whom and why', async () => {
  const { id } = await hold({ scope: 'lot', lot: 'A' });
  const { rows } = await holdList({ state: 'active', scope: null, limit: 50 });
  expect(rows.find((r) => r.id === id)).toMatchObject({
    scope: 'lot',
    lot: 'A',
    reason: 'particles on the last lot',
    messages: [{ channel: 'MES', event: 'placed', state: 'asked' }],
  });
  const lot = await lotView('A');
  expect(lot.holds.filter((h) => h.releasedMs === null)).toMatchObject([{ id, placedBy: 'omar@fab.example' }]);
  await expect(lotView('NONE')).rejects.toMatchObject({ code: 'not_found' });
  await release(id, omar);
});
