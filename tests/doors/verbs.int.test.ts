import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, sql } from '@/lib/db';
import { mayAs, type RoleName } from '@/lib/services/actor';
import { asSent, type Verb } from '@/lib/services/verb';
import { VERBS } from '@/lib/services/verbs';
import { type TestDatabase, testDatabase } from '../support';
import { as } from '../support/as';

const ROLES: readonly RoleName[] = ['viewer', 'operator', 'engineer', 'administrator'];
const verbs: readonly Verb<never, unknown>[] = VERBS;
const named = verbs.map((verb) => [verb.name, verb] as const);
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await closePool();
  await database.drop();
});

const lines = async () => (await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM audit_entry`))!.n;

test.each(named)('%s: every role below its least is refused, whatever is asked, and nothing is written', async (_name, verb) => {
  const before = await lines();
  for (const role of ROLES.filter((r) => !mayAs(r, verb.least)))
    for (const input of [null, {}, { nonsense: 1 }])
      await expect(verb(as('low@fab.example', { role }), asSent(input)), role).rejects.toMatchObject({ code: 'forbidden' });
  expect(await lines()).toBe(before);
});

test.each(named)('%s: an input that is none is refused with its field, by who may', async (_name, verb) => {
  const before = await lines();
  const ctx = as('low@fab.example', { role: verb.least });
  for (const input of [null, 'x', 7, []]) await expect(verb(ctx, asSent(input))).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(verb(ctx, asSent({ nonsense: 1 }))).rejects.toMatchObject({
    code: 'invalid_input',
    details: { field: expect.stringMatching(/./) },
  });
  expect(await lines()).toBe(before);
});

test('users, keys and channels are for administrators alone; whoever is signed in may leave and change an own password', () => {
  const at = (role: RoleName) => verbs.filter((v) => v.least === role).map((v) => v.name);
  expect(at('administrator').sort()).toEqual([
    'api-key.create',
    'api-key.revoke',
    'channel.activate',
    'channel.create',
    'channel.test',
    'limit-policy.change',
    'user.create',
    'user.disable',
    'user.reset-password',
    'user.role',
  ]);
  // A lot is let go by an operator, equipment by an engineer.
  expect(at('operator').sort()).toEqual([
    'alert.act',
    'alert.act-many',
    'alert.dispose',
    'checklist.back',
    'checklist.step',
    'hold.acknowledge',
    'hold.place',
    'hold.release-lot',
    'incident.assign',
    'incident.join',
    'incident.split',
    'measurement-request.make',
    'measurement-request.withdraw',
    'rota.cancel-override',
    'rota.override',
  ]);
  expect(at('engineer')).toContain('hold.release-equipment');
  expect(at('viewer').sort()).toEqual(['password.change', 'quiet-hours.set', 'rule-set.preview', 'session.end']);
});
