import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { closePool, db, sql, transaction } from '@/lib/db';
import { alertEvent } from '@/lib/services/live/alert-event';
import { createChannel } from '@/lib/services/notify/channels';
import type { RuleSpec, RuleTarget } from '@/lib/services/notify/rules';
import { saveRule } from '@/lib/services/notify/save-rule';
import { sender } from '@/lib/services/notify/send';
import { asMachine } from '@/lib/services/verb';
import { type TestDatabase, testDatabase } from '.';
import { as } from './as';
import { addPeople } from './oxide-alerts';
import { type Receiver, receiver } from './receivers';
import { doAllWork } from './work';

export const ana = as('ana@fab.example');
export const boss = as('boss@fab.example', { role: 'administrator' });

/** A time at which everything that was decided just now is due. */
export const SOON = (): number => Date.now() + 5_000;

/** A database of people and areas, whose rules are as delivered before each test, and whose messages and receivers go after it. */
export function notifying() {
  const open: Receiver[] = [];
  let database: TestDatabase;
  beforeAll(async () => {
    process.env['WEBHOOK_ALLOW_PRIVATE'] = '127.0.0.1';
    delete process.env['SMTP_URL'];
    database = await testDatabase();
    await addPeople({ 'ana@fab.example': 'engineer', 'emil@fab.example': 'engineer', 'boss@fab.example': 'administrator' });
    await db().exec(sql`INSERT INTO area (name, position) VALUES ('LITHO', 1), ('ETCH', 2)`);
  });
  beforeEach(async () => {
    await db().exec(sql`DELETE FROM notification`);
    await db().exec(sql`DELETE FROM notify_quiet`);
    await db().exec(sql`UPDATE notify_channel SET active = false`);
    await db().exec(sql`UPDATE notify_rule SET active = (position = 1)`);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((r) => r.close()));
  });
  afterAll(async () => {
    await closePool();
    await database.drop();
  });
  return {
    /** A receiver of webhooks that goes after the test. */
    listen: async (...args: Parameters<typeof receiver>): Promise<Receiver> => {
      const r = await receiver(...args);
      open.push(r);
      return r;
    },
  };
}

let serial = 0;
/** A channel to a receiver. @returns its name. */
export async function channel(r: Receiver, kind: 'webhook' | 'slack' | 'teams' = 'webhook', over: object = {}): Promise<string> {
  const name = `${kind} ${++serial}`;
  await createChannel(asMachine('admin'), { kind, name, target: r.url, severities: [], areas: [], ...over });
  return name;
}

/** An alert with one event. @returns the id of the alert. */
export async function alert(
  kind = 'opened',
  over: { severity?: string; area?: string; actor?: string; tell?: string[] } = {},
): Promise<string> {
  const id = randomUUID();
  await transaction(async (tx) => {
    await tx.exec(sql`INSERT INTO alert (id, dedupe_key, kind, severity, title, area, tool, chamber, lot, slot, first_at, last_at)
      VALUES (${id}, ${id}, 'spc', ${over.severity ?? 'high'}, 'CD mean · LIT-01: 1 point beyond 3 sigma', ${over.area ?? 'LITHO'}, 'LIT-01', 'C1', 'A1043', 7, now(), now())`);
    await alertEvent(tx, id, over.actor ?? 'Driftless', kind, 'the first', null, over.tell ?? []);
  });
  return id;
}

export const spec = (to: RuleTarget[], over: Partial<RuleSpec> = {}): RuleSpec => ({
  events: [],
  areas: [],
  severities: [],
  to,
  quiet: null,
  final: false,
  ...over,
});

export const rule = (name: string, s: RuleSpec) =>
  saveRule(ana, { id: null, seen: 0, name, active: true, spec: s, reason: 'for this test' });

/** What the workers do: decide who is told, and send what is due at a time. @returns how many attempts were made. */
export async function send(at = SOON()): Promise<number> {
  await doAllWork();
  return sender(() => at).all();
}

export const states = () =>
  db().rows<{ receiver: string; state: string; attempts: number }>(
    sql`SELECT receiver, state, attempts FROM notification ORDER BY id`,
  );

const LOGGED = {
  fromMs: 0,
  toMs: Number.MAX_SAFE_INTEGER / 2_000,
  state: null,
  channel: null,
  person: null,
  rule: null,
  alert: null,
};
/** A filter of the log that takes everything else. */
export const logged = (over: Partial<Record<keyof typeof LOGGED, string>>) => ({ ...LOGGED, ...over }) as never;
