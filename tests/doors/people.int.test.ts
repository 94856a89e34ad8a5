import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { POST as upload } from '@/app/(dash)/upload/rows/route';
import { GET as authGet } from '@/app/api/auth/[...all]/route';
import { actorOf } from '@/lib/auth';
import { PEER_HEADER, peerIsKnown } from '@/lib/auth/address';
import { closePool, db, prisma, sql } from '@/lib/db';
import { createChannel } from '@/lib/services/notify/channels';
import { postWebhook } from '@/lib/services/notify/webhook';
import { createApiKey, revokeApiKey } from '@/lib/services/settings/api-keys';
import { createUser, setUserDisabled, setUserRole } from '@/lib/services/settings/users';
import { asMachine } from '@/lib/services/verb';
import { type TestDatabase, testDatabase } from '../support';
import { keyFor } from '../support/as';
import { BASE, call, cookies, page, signIn, trail } from '../support/sign-in';

const RIGHT = 'a long password';
const boss = asMachine('boss@fab.example');
const ids: Record<string, string> = {};
let database: TestDatabase;

beforeAll(async () => {
  process.env['AUTH_SECRET'] = 'a secret for this test file';
  process.env['APP_URL'] = BASE;
  process.env['TRUSTED_PROXIES'] = '203.0.113.1';
  database = await testDatabase();
  peerIsKnown();
  for (const name of ['ana', 'omar'])
    ids[name] = await createUser(boss, {
      user: { name, email: `${name}@fab.example`, role: 'administrator', password: RIGHT },
      whose: 'own',
    });
});
afterAll(async () => {
  await prisma().$disconnect();
  await closePool();
  await database.drop();
});
beforeEach(() => db().exec(sql`DELETE FROM sign_in_attempt`));

const times = <T>(n: number, f: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => f(i)));
test('wrong passwords for one account are limited whatever X-Forwarded-For says, at once too; another account is not', async () => {
  const answers = await times(40, (i) =>
    signIn('ana', 'wrong password', { [PEER_HEADER]: '127.0.0.1', 'x-forwarded-for': `198.51.100.${i}` }),
  );
  const statuses = answers.map((a) => a.status);
  expect(statuses.filter((s) => s === 401).length).toBeLessThanOrEqual(10);
  expect(statuses.filter((s) => s === 429).length).toBeGreaterThanOrEqual(30);
  expect(answers.find((a) => a.status === 429)!.headers.get('retry-after')).not.toBeNull();
  expect((await signIn('ana', RIGHT)).status).toBe(429);
  expect((await signIn('omar', RIGHT)).status).toBe(200);
  expect((await trail('sign in failed'))[0]).toMatchObject({
    entity_id: 'ana@fab.example',
    after: { address: '127.0.0.1' },
    reason: 'wrong password',
  });
  expect(await trail('sign in stopped')).toHaveLength(1);
});

test('a browser in which the account was used before gets in while strangers try the account', async () => {
  const mine = cookies(await signIn('ana', RIGHT));
  await times(30, () => signIn('ana', 'wrong password'));
  expect((await signIn('ana', RIGHT)).status).toBe(429);
  const browser = mine.split('; ').find((c) => c.startsWith('driftless-browser='))!;
  expect((await signIn('ana', RIGHT, { cookie: browser })).status).toBe(200);
  expect((await signIn('ana', RIGHT, { cookie: `${browser}x` })).status).toBe(429); // a forged mark
  expect((await signIn('omar', RIGHT, { cookie: browser })).status).toBe(200);
  await times(30, () => signIn('ana', 'wrong password', { cookie: browser }));
  expect((await signIn('ana', RIGHT, { cookie: browser })).status).toBe(429); // guesses in the browser itself are counted too
});

test('an address that tries many accounts is limited; it is read through trusted proxies only', async () => {
  const via = (peer: string, forwarded: string) => ({ [PEER_HEADER]: peer, 'x-forwarded-for': forwarded });
  await times(60, (i) => signIn(`nobody${i}`, 'wrong password', via('203.0.113.1', `192.0.2.${i}, 198.51.100.7`)));
  expect((await signIn('omar', RIGHT, via('203.0.113.1', '198.51.100.7'))).status).toBe(429);
  expect((await signIn('omar', RIGHT, via('203.0.113.1', '198.51.100.8'))).status).toBe(200);
  expect((await signIn('omar', RIGHT, via('198.51.100.9', '198.51.100.7'))).status).toBe(200); // not a proxy of ours: its word does not count
});

test('the form works without script, and keeps the password out of addresses', async () => {
  const form = (fields: Record<string, string>) =>
    call('sign-in/email', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields),
    });
  const ok = await form({ email: 'ana@fab.example', password: RIGHT, next: '/wafers?range=7d' });
  expect([ok.status, ok.headers.get('location')]).toEqual([303, '/wafers?range=7d']);
  expect(await actorOf(new Headers({ cookie: cookies(ok) }))).toMatchObject({ email: 'ana@fab.example' });
  expect((await form({ email: 'ana@fab.example', password: RIGHT, next: '/\t/other.example' })).headers.get('location')).toBe(
    '/',
  );
  const wrong = await form({ email: 'ana@fab.example', password: 'wrong password', next: '/wafers' });
  expect([wrong.status, wrong.headers.get('location')]).toEqual([303, '/sign-in?next=%2Fwafers&failed=401']);
});

test.each(['null', 'http://other.example', 'nonsense'])('from the origin %s nobody signs in', async (origin) => {
  const answer = await signIn('ana', RIGHT, { origin, host: 'other.example' });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([403, 'application/problem+json']);
});

test('nothing else of the sign-in library is reachable', async () => {
  const cookie = cookies(await signIn('ana', RIGHT));
  for (const path of ['update-user', 'change-password', 'change-email', 'delete-user', 'sign-up/email', 'revoke-sessions'])
    expect(
      (await call(path, { headers: { cookie, origin: BASE, 'content-type': 'application/json' }, body: '{"name":"Other"}' }))
        .status,
      path,
    ).toBe(404);
  const get = (path: string) =>
    authGet(new Request(`${BASE}/api/auth/${path}`, { headers: { cookie } }), {
      params: Promise.resolve({ all: path.split('/') }),
    });
  expect((await get('list-sessions')).status).toBe(404);
  expect(await (await get('get-session')).json()).toMatchObject({ user: { email: 'ana@fab.example' } });
});

test('a disabled account is out at once and cannot come back; enabled it can', async () => {
  const cookie = cookies(await signIn('omar', RIGHT));
  await setUserDisabled(boss, { user: ids['omar']!, disabled: true });
  expect(await actorOf(new Headers({ cookie }))).toBeNull();
  expect((await signIn('omar', RIGHT)).status).toBe(401);
  expect(await db().rows(sql`SELECT 1 FROM session WHERE user_id = ${ids['omar']}`)).toEqual([]);
  await expect(setUserDisabled(boss, { user: ids['ana']!, disabled: true })).rejects.toMatchObject({ code: 'conflict' });
  await expect(setUserRole(boss, { user: ids['ana']!, role: 'viewer' })).rejects.toMatchObject({ code: 'conflict' });
  await setUserDisabled(boss, { user: ids['omar']!, disabled: false });
  expect((await signIn('omar', RIGHT)).status).toBe(200);
  expect((await trail('disable'))[0]).toMatchObject({ actor: boss.by.email, entity_id: 'omar@fab.example' });
});

test('of two administrators who disable each other at once one stays', async () => {
  const outcomes = await Promise.allSettled([
    setUserDisabled(boss, { user: ids['ana']!, disabled: true }),
    setUserDisabled(boss, { user: ids['omar']!, disabled: true }),
  ]);
  expect(outcomes.map((o) => o.status).sort()).toEqual(['fulfilled', 'rejected']);
  for (const id of Object.values(ids)) await setUserDisabled(boss, { user: id, disabled: false }).catch(() => undefined);
});

test('a key and its audit entry are one: neither is there when the entry cannot be written', async () => {
  await db().exec(sql`ALTER TABLE audit_entry ADD CONSTRAINT no_more CHECK (entity_id <> 'unlucky')`);
  await expect(createApiKey(boss, { key: { sender: 'unlucky', scopes: ['read'] } })).rejects.toThrow();
  expect(await db().rows(sql`SELECT 1 FROM api_key WHERE sender = 'unlucky'`)).toEqual([]);
  await keyFor('lucky', 'read');
  const { id } = (await db().one<{ id: string }>(sql`SELECT id FROM api_key WHERE sender = 'lucky'`))!;
  await revokeApiKey(boss, { key: id });
  expect((await trail('revoke'))[0]).toMatchObject({ entity_id: 'lucky', actor: boss.by.email });
});

test.each<[string, string, number]>([
  ['', 'multipart/form-data', 422],
  ['x', 'multipart/form-data; boundary=a', 422],
  ['--a\r\n\r\n--a--', 'multipart/form-data; boundary=a', 422],
  ['--a\r\ncontent-disposition: form-data; name="file"\r\n\r\nx\r\n--a--\r\n', 'multipart/form-data; boundary=a', 422],
  [
    '--a\r\ncontent-disposition: form-data; name="file"; filename="f.csv"\r\n\r\nx\r\n--a\r\ncontent-disposition: form-data; name="mapping"\r\n\r\n{\r\n--a--\r\n',
    'multipart/form-data; boundary=a',
    422,
  ],
  ['{}', 'application/json', 415],
  ['file=x', 'application/x-www-form-urlencoded', 415],
])('the upload door answers the odd body %j of %s with %i', async (body, type, status) => {
  const cookie = cookies(await signIn('ana', RIGHT));
  const send = (headers: Record<string, string>) =>
    upload(
      new Request(`${BASE}/upload/rows`, { method: 'POST', headers: { 'content-type': type, ...headers }, body }),
      undefined,
    );
  expect((await send({ cookie })).status).toBe(status);
  expect((await send({})).status).toBe(401);
});

test('the upload door passes on the header line and refuses one that is none', async () => {
  const cookie = cookies(await signIn('ana', RIGHT));
  const send = async (headerLine: string) => {
    const body = new FormData();
    body.set('file', new File(['Tool,X\nlot,wafer\nA1,7\n'], 'f.csv'));
    body.set('do', 'preview');
    body.set('headerLine', headerLine);
    const r = await upload(new Request(`${BASE}/upload/rows`, { method: 'POST', headers: { cookie }, body }), undefined);
    return { status: r.status, body: (await r.json()) as { headerLine?: number; header?: string[]; detail?: string } };
  };
  expect(await send('')).toMatchObject({ status: 200, body: { headerLine: 2, header: ['lot', 'wafer'] } });
  expect(await send('1')).toMatchObject({ status: 200, body: { headerLine: 1, header: ['Tool', 'X'] } });
  for (const odd of ['0', '1.5', 'x']) {
    const answer = await send(odd);
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toMatch(/is not a line number; lines are counted from 1/);
  }
});

test('the upload door says before it keeps anything what it will refuse, and leaves a line of the trail with the file', async () => {
  const cookie = cookies(await signIn('ana', RIGHT));
  const text =
    'lot,wafer,operation,parameter,unit,station,time,x,y,value,product,layer\nNO-LOT,7,ETCH,cd,nm,SEM-9,2026-11-01T00:00:00Z,0,0,5,P,L\n';
  const send = async (what: string) => {
    const body = new FormData();
    body.set('file', new File([text], 'door.csv'));
    body.set('do', what);
    body.set('headerLine', '1');
    if (what === 'keep') body.set('mapping', JSON.stringify(mapping));
    const r = await upload(new Request(`${BASE}/upload/rows`, { method: 'POST', headers: { cookie }, body }), undefined);
    return (await r.json()) as Record<string, unknown>;
  };
  let mapping: unknown;
  const shown = await send('preview');
  mapping = shown['mapping'];
  expect(shown).toMatchObject({ waferTotal: 1, kept: 0, refused: 1 });
  const told = (shown['faults'] as { field: string }[]).map((f) => f.field).sort();
  expect(told).toEqual(['lot', 'operation', 'parameter', 'station']);
  const kept = await send('keep');
  expect(kept).toMatchObject({ accepted: 0, rejected: 1, issues: shown['faults'] });
  expect((await trail('upload'))[0]).toMatchObject({ entity_id: 'door.csv', after: { kept: 0, refused: 1 } });
});

test('an anonymous page is a 307 to the sign-in with the way back, before anything is streamed', async () => {
  expect(await page('/wafers?range=7d')).toMatchObject({
    status: 307,
    to: `${BASE}/sign-in?next=${encodeURIComponent('/wafers?range=7d')}`,
  });
  expect(await page('/sign-in')).toMatchObject({ status: 200, to: null });
});

test('an unknown id leads to no page', async () => {
  const cookie = cookies(await signIn('ana', RIGHT));
  for (const list of ['alerts', 'control', 'overlay', 'recipes', 'runs', 'spc', 'spectra', 'vm', 'wafers'])
    for (const id of ['00000000-0000-4000-8000-000000000000', 'nonsense'])
      expect((await page(`/${list}/${id}`, cookie)).rewrite, `/${list}/${id}`).toContain('/nothing/');
  for (const path of ['/', '/wafers', '/recipes/new', '/spc/specifications'])
    expect((await page(path, cookie)).rewrite, path).toBeNull();
});

test.each([
  'http://127.0.0.1/x',
  'http://localhost:9/x',
  'http://[::1]/x',
  'http://[::ffff:127.0.0.1]/x',
  'http://0.0.0.0/x',
  'http://2130706433/x',
  'http://0x7f.1/x',
  'http://10.1.2.3/x',
  'http://172.20.0.1/x',
  'http://192.168.1.1/x',
  'http://169.254.169.254/latest/meta-data',
  'http://[fe80::1]/x',
  'http://[fd00::1]/x',
  'http://[64:ff9b::7f00:1]/x',
  'http://[2002:7f00:1::]/x',
])('a webhook to %s is refused when it is saved and when it is delivered', async (target) => {
  await expect(createChannel(boss, { kind: 'webhook', name: target, target, severities: [], areas: [] })).rejects.toMatchObject({
    code: 'invalid_input',
    details: { field: 'target' },
  });
  expect(await postWebhook(target, {}, '{}')).toMatchObject({ status: null, error: expect.stringContaining('private address') });
});

test('what is allowed by name is delivered, redirects are not followed, and a closed port reads like a silent one', async () => {
  const seen: string[] = [];
  const hook: Server = createServer((req, res) => {
    seen.push(req.url!);
    if (req.url === '/away') res.writeHead(307, { location: '/inside' }).end();
    else if (req.url === '/broken') res.destroy();
    else res.writeHead(204).end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`;
  process.env['WEBHOOK_ALLOW_PRIVATE'] = '10.0.0.0/8, 127.0.0.1';
  try {
    expect(await postWebhook(`${base}/x`, {}, '{}')).toEqual({ status: 204, error: null, body: '', retryAfterMs: null });
    expect(await postWebhook(`${base}/away`, {}, '{}')).toEqual({
      status: 307,
      error: 'answered 307',
      body: '',
      retryAfterMs: null,
    });
    const open = await postWebhook(`${base}/broken`, {}, '{}');
    const closed = await postWebhook('http://127.0.0.1:9/', {}, '{}');
    expect(open).toEqual(closed);
    expect(seen).toEqual(['/x', '/away', '/broken']);
  } finally {
    delete process.env['WEBHOOK_ALLOW_PRIVATE'];
    hook.close();
  }
});
