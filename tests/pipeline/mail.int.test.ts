import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, sql, transaction } from '@/lib/db';
import { alertEvent } from '@/lib/services/live/alert-event';
import { createChannel } from '@/lib/services/notify/channels';
import { sender } from '@/lib/services/notify/send';
import { asMachine } from '@/lib/services/verb';
import { type TestDatabase, testDatabase } from '../support';
import { doAllWork } from '../support/work';

/** A mail server that keeps what it is sent (RFC 5321, the verbs a client needs). */
function mailServer(): { server: Server; mails: string[] } {
  const mails: string[] = [];
  const server = createServer((socket) => {
    let data: string | null = null;
    let rest = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 sink');
    socket.on('data', (chunk) => {
      rest += chunk.toString('utf8');
      for (let nl = rest.indexOf('\r\n'); nl >= 0; nl = rest.indexOf('\r\n')) {
        const line = rest.slice(0, nl);
        rest = rest.slice(nl + 2);
        if (data !== null) {
          if (line === '.') {
            mails.push(data);
            data = null;
            say('250 kept');
          } else data += `${line}\n`;
        } else if (line.startsWith('DATA')) {
          data = '';
          say('354 go on');
        } else if (line.startsWith('QUIT')) {
          say('221 bye');
          socket.end();
        } else say('250 ok');
      }
    });
  });
  return { server, mails };
}

let database: TestDatabase;
const { server, mails } = mailServer();
beforeAll(async () => {
  process.env['WEBHOOK_ALLOW_PRIVATE'] = '127.0.0.1';
  database = await testDatabase();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await closePool();
  await database.drop();
  await new Promise((resolve) => server.close(resolve));
});

/** What the workers do: decide who is told, and send what is due. */
async function deliver(laterMs = 0): Promise<void> {
  await doAllWork();
  const at = Date.now() + 1 + laterMs;
  await sender(() => at).all();
}

async function newAlertEvent(severity: string): Promise<number> {
  const id = randomUUID();
  await transaction(async (tx) => {
    await tx.exec(sql`INSERT INTO alert (id, dedupe_key, kind, severity, title, area, tool, chamber, lot, slot, first_at, last_at)
      VALUES (${id}, ${id}, 'spc', ${severity}, 'cd mean · LIT-01: 1 point beyond 3 sigma', 'LITHO', 'LIT-01', 'C1', 'A1043', 7, now(), now())`);
    await alertEvent(tx, id, 'Driftless', 'opened', 'the first');
  });
  return (await db().one<{ id: number }>(sql`SELECT id FROM alert_event WHERE alert_id = ${id}`))!.id;
}

test('an alert goes out as mail once, to the channels that want its severity', async () => {
  process.env['SMTP_URL'] = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createChannel(asMachine('admin'), {
    kind: 'email',
    name: 'night shift',
    target: 'shift@fab.example',
    severities: ['high'],
    areas: ['LITHO'],
  });
  const high = await newAlertEvent('high');
  expect(high).toBeGreaterThan(0);
  await deliver();
  await deliver(); // a second round sends nothing again
  await newAlertEvent('low');
  await deliver();
  expect(mails).toHaveLength(1);
  expect(mails[0]).toMatch(/^To: shift@fab\.example$/m);
  expect(mails[0]).toMatch(/A1043 wafer (=\n)?7/);
  const log = await db().rows(sql`SELECT state, attempts FROM notification`);
  expect(log).toEqual([{ state: 'delivered', attempts: 1 }]);
});

test('what happened is told in words: a raised severity, and an alert that closed itself', async () => {
  const first = await newAlertEvent('high');
  const tell = async (kind: string, text: string) => {
    await transaction(async (tx) => {
      const alert = await tx.one<{ alert_id: string }>(sql`SELECT alert_id FROM alert_event WHERE id = ${first}`);
      await alertEvent(tx, alert!.alert_id, 'Driftless', kind, text);
    });
    await deliver();
    return mails.at(-1)!;
  };
  const raised = await tell('escalated', 'low to high');
  expect(raised).toMatch(/^What: severity raised at /m);
  expect(raised).not.toMatch(/escalated/);
  expect(await tell('closed', 'the condition has ended')).toMatch(/^What: closed by itself at /m);
});

test('people who are told in person get a mail of their own, once, whatever the channels want', async () => {
  const before = mails.length;
  const id = await newAlertEvent('low');
  const alert = await db().one<{ alert_id: string }>(sql`SELECT alert_id FROM alert_event WHERE id = ${id}`);
  await transaction((tx) =>
    alertEvent(tx, alert!.alert_id, 'Driftless', 'escalation', 'step 1', null, ['ana@fab.example', 'ana@fab.example']),
  );
  await deliver();
  await deliver();
  expect(mails).toHaveLength(before + 1);
  expect(mails.at(-1)).toMatch(/^To: ana@fab\.example$/m);
  expect(await db().rows(sql`SELECT email, state, attempts FROM notification WHERE in_person`)).toEqual([
    { email: 'ana@fab.example', state: 'delivered', attempts: 1 },
  ]);
});

test('a message that cannot be delivered is noted, tried again after a pause, and given up after a day', async () => {
  await createChannel(asMachine('admin'), {
    kind: 'webhook',
    name: 'nobody there',
    target: 'http://127.0.0.1:9/',
    severities: ['medium'],
    areas: [],
  });
  const event = await newAlertEvent('medium');
  await deliver();
  expect(await db().rows(sql`SELECT state, attempts, error FROM notification WHERE alert_event_id = ${event}`)).toEqual([
    { state: 'pending', attempts: 1, error: 'no answer' },
  ]);
  await deliver(6_000); // after its first pause
  expect(await db().rows(sql`SELECT state, attempts FROM notification WHERE alert_event_id = ${event}`)).toEqual([
    { state: 'pending', attempts: 2 },
  ]);
  await deliver(25 * 3_600_000);
  expect(await db().rows(sql`SELECT state FROM notification WHERE alert_event_id = ${event}`)).toEqual([{ state: 'failed' }]);
});
