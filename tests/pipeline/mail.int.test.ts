import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, sql, transaction } from '@/lib/db';
import { alertEvent } from '@/lib/services/live/alert-event';
import { createChannel } from '@/lib/services/notify/channels';
import { deliverAlertEvent } from '@/lib/services/notify/deliver';
import { asMachine } from '@/lib/services/verb';
import { type TestDatabase, testDatabase } from '../support';

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
  await deliverAlertEvent(high);
  await deliverAlertEvent(high); // a second try of the job sends nothing again
  await deliverAlertEvent(await newAlertEvent('low'));
  expect(mails).toHaveLength(1);
  expect(mails[0]).toMatch(/^To: shift@fab\.example$/m);
  expect(mails[0]).toMatch(/A1043 wafer 7/);
  const log = await db().rows(sql`SELECT state, attempts FROM notify_delivery`);
  expect(log).toEqual([{ state: 'delivered', attempts: 1 }]);
});

test('what happened is told in words: a raised severity, and an alert that closed itself', async () => {
  const first = await newAlertEvent('high');
  const tell = async (kind: string, text: string) => {
    await transaction(async (tx) => {
      const alert = await tx.one<{ alert_id: string }>(sql`SELECT alert_id FROM alert_event WHERE id = ${first}`);
      await alertEvent(tx, alert!.alert_id, 'Driftless', kind, text);
    });
    await deliverAlertEvent((await db().one<{ id: number }>(sql`SELECT max(id) AS id FROM alert_event`))!.id);
    return mails.at(-1)!;
  };
  const raised = await tell('escalated', 'low to high');
  expect(raised).toMatch(/^severity raised at /m);
  expect(raised).not.toMatch(/escalated/);
  expect(await tell('closed', 'the condition has ended')).toMatch(/^closed by itself at /m);
});

test('people who are told in person get a mail of their own, once, whatever the channels want', async () => {
  const before = mails.length;
  const id = await newAlertEvent('low');
  const alert = await db().one<{ alert_id: string }>(sql`SELECT alert_id FROM alert_event WHERE id = ${id}`);
  await transaction((tx) =>
    alertEvent(tx, alert!.alert_id, 'Driftless', 'escalation', 'step 1', null, ['ana@fab.example', 'ana@fab.example']),
  );
  const { id: event } = (await db().one<{ id: number }>(sql`SELECT max(id) AS id FROM alert_event`))!;
  await deliverAlertEvent(event);
  await deliverAlertEvent(event);
  expect(mails).toHaveLength(before + 1);
  expect(mails.at(-1)).toMatch(/^To: ana@fab\.example$/m);
  expect(await db().rows(sql`SELECT email, state, attempts FROM alert_notice`)).toEqual([
    { email: 'ana@fab.example', state: 'delivered', attempts: 1 },
  ]);
});

test('a mail that cannot be delivered is noted and tried again by the queue', async () => {
  await createChannel(asMachine('admin'), {
    kind: 'webhook',
    name: 'nobody there',
    target: 'http://127.0.0.1:9/',
    severities: ['medium'],
    areas: [],
  });
  const event = await newAlertEvent('medium');
  await expect(deliverAlertEvent(event)).rejects.toMatchObject({ code: 'dependency_unavailable', retry: true });
  expect(await db().rows(sql`SELECT state, attempts FROM notify_delivery WHERE alert_event_id = ${event}`)).toEqual([
    { state: 'failed', attempts: 1 },
  ]);
});
