import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { POST as upload } from '@/app/(dash)/upload/rows/route';
import { GET as authGet } from '@/app/api/auth/[...all]/route';
import { actorOf, authenticateKey, sessionOf } from '@/lib/auth';
import { peerIsKnown } from '@/lib/auth/address';
import { closePool, db, prisma, sql } from '@/lib/db';
import { changeOwnPassword, createUser, resetPassword } from '@/lib/services/settings/users';
import { asMachine } from '@/lib/services/verb';
import { type TestDatabase, testDatabase } from '../support';
import { as, keyFor } from '../support/as';
import { BASE, cookies, page, signIn, trail } from '../support/sign-in';

const RIGHT = 'a long password';
const boss = asMachine('boss@fab.example');
let omarId: string;
let database: TestDatabase;

beforeAll(async () => {
  process.env['AUTH_SECRET'] = 'a secret for this test file';
  process.env['APP_URL'] = BASE;
  database = await testDatabase();
  peerIsKnown();
  const omar = { name: 'omar', email: 'omar@fab.example', role: 'administrator', password: RIGHT } as const;
  omarId = await createUser(boss, { user: omar, whose: 'own' });
});
afterAll(async () => {
  await prisma().$disconnect();
  await closePool();
  await database.drop();
});
beforeEach(() => db().exec(sql`DELETE FROM sign_in_attempt`));

test('a password that is reset or changed ends the other sessions, and the trail says so without it', async () => {
  const before = cookies(await signIn('omar', RIGHT));
  const secret = await resetPassword(boss, { user: omarId });
  expect(await actorOf(new Headers({ cookie: before }))).toBeNull();
  expect((await signIn('omar', RIGHT)).status).toBe(401);
  const answer = await signIn('omar', secret);
  expect(answer.status).toBe(200);
  const { token } = (await answer.json()) as { token: string };
  const omar = (await sessionOf(new Headers({ cookie: cookies(answer) })))!.actor;
  await expect(
    changeOwnPassword(as(omar.email), { current: 'wrong password', password: 'another password', token }),
  ).rejects.toMatchObject({
    code: 'invalid_input',
  });
  await changeOwnPassword(as(omar.email), { current: secret, password: RIGHT, token });
  expect(await actorOf(new Headers({ cookie: cookies(answer) }))).not.toBeNull();
  for (const [action, passwordDue] of [
    ['reset password', true],
    ['change password', false],
  ] as const)
    expect(await trail(action)).toEqual([expect.objectContaining({ entity_id: 'omar@fab.example', after: { passwordDue } })]);
});

test('with a password that somebody else made nothing is done before another is chosen; keys of machines go on', async () => {
  const FIRST = 'handed over on paper';
  const made = { name: 'nils', email: 'nils@fab.example', role: 'engineer', password: FIRST } as const;
  await createUser(boss, { user: made });
  expect((await trail('create')).find((t) => t.entity_id === made.email)!.after).toMatchObject({ passwordDue: true });
  const answer = await signIn('nils', FIRST);
  expect(answer.status).toBe(200);
  const cookie = cookies(answer);
  const of = new Headers({ cookie });

  // Every page leads to the choice and back; no door takes the session.
  for (const path of ['/', '/wafers?range=7d', '/settings'])
    expect(await page(path, cookie)).toMatchObject({ status: 307, to: `${BASE}/new-password?next=${encodeURIComponent(path)}` });
  expect(await page('/new-password?next=%2Fwafers', cookie)).toMatchObject({ status: 200, to: null });
  expect(await actorOf(of)).toBeNull();
  const send = () => {
    const body = new FormData();
    body.set('file', new File(['lot,wafer\nA1,7\n'], 'f.csv'));
    return upload(new Request(`${BASE}/upload/rows`, { method: 'POST', headers: { cookie }, body }), undefined);
  };
  expect((await send()).status).toBe(401);
  const session = async () =>
    (
      await authGet(new Request(`${BASE}/api/auth/get-session`, { headers: { cookie } }), {
        params: Promise.resolve({ all: ['get-session'] }),
      })
    ).json();
  expect(await session()).toBeNull();
  const key = await keyFor('nils-station', 'read');
  const asMachineOf = () => authenticateKey(new Request(BASE, { headers: { authorization: `Bearer ${key}` } }), Date.now());
  expect(await asMachineOf()).toMatchObject({ sender: 'nils-station' });

  // The choice: not the same again, and then all is open, in this session.
  const { actor, token, passwordDue } = (await sessionOf(of))!;
  expect(passwordDue).toBe(true);
  await expect(changeOwnPassword(as(actor.email), { current: FIRST, password: FIRST, token })).rejects.toMatchObject({
    code: 'invalid_input',
    details: { field: 'next' },
  });
  await expect(changeOwnPassword(as(actor.email), { current: FIRST, password: 'short', token })).rejects.toThrow();
  expect(await actorOf(of)).toBeNull();
  await changeOwnPassword(as(actor.email), { current: FIRST, password: 'one of my own', token });
  expect(await actorOf(of)).toMatchObject({ email: made.email });
  expect(await session()).toMatchObject({ user: { email: made.email } });
  expect((await send()).status).toBe(200);
  expect(await page('/wafers', cookie)).toMatchObject({ to: null });
  expect(await page('/new-password?next=%2Fwafers', cookie)).toMatchObject({ status: 307, to: `${BASE}/wafers` });
  expect(await page('/new-password?next=%2F%2Fother.example', cookie)).toMatchObject({ to: `${BASE}/` });
  expect((await trail('change password'))[0]).toMatchObject({ actor: made.email, after: { passwordDue: false } });
  expect((await signIn('nils', FIRST)).status).toBe(401);
  expect(await actorOf(new Headers({ cookie: cookies(await signIn('nils', 'one of my own')) }))).not.toBeNull();

  // An administrator's new password asks again; a change by oneself does not.
  const second = await resetPassword(boss, { user: actor.id });
  const again = cookies(await signIn('nils', second));
  expect(await page('/', again)).toMatchObject({ status: 307, to: `${BASE}/new-password?next=%2F` });
  const third = (await sessionOf(new Headers({ cookie: again })))!;
  await changeOwnPassword(as(third.actor.email), { current: second, password: 'and yet another', token: third.token });
  await changeOwnPassword(as(third.actor.email), { current: 'and yet another', password: 'by my own will', token: third.token });
  expect((await trail('change password'))[0]).toMatchObject({ actor: made.email, after: null });
});
