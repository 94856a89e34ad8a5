import { afterAll, beforeAll, expect, test } from 'vitest';
import { auth } from '@/lib/auth';
import { ComputePool, computePool, LIMITS } from '@/lib/compute/pool';
import { closePool, prisma } from '@/lib/db';
import { openApiText } from '@/lib/services/pages/api-docs';
import { createUser } from '@/lib/services/settings/users';
import { asMachine } from '@/lib/services/verb';
import { type TestDatabase, testDatabase } from '../support';
import { apiServer } from '../support/api-server';
import { keyFor } from '../support/as';

let database: TestDatabase;
let api: Awaited<ReturnType<typeof apiServer>>;
let key: string;

beforeAll(async () => {
  database = await testDatabase();
  key = await keyFor('notebook', 'compute');
  api = await apiServer();
}, 60_000);
afterAll(async () => {
  await computePool().stop();
  await api.close();
  await closePool();
  await prisma().$disconnect();
  await database.drop();
});

async function call(path: string, body: unknown, headers: Record<string, string> = { authorization: `Bearer ${key}` }) {
  const res = await fetch(`${api.url}/api/v1/compute/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: res.status, type: res.headers.get('content-type'), body: await res.json() };
}

test('a function computes on a thread and answers with its result and time', async () => {
  const { status, body } = await call('uncertainty/gum', {
    model: 'depth / time',
    quantities: [
      { name: 'depth', value: 120, u: 0.8 },
      { name: 'time', value: 60, u: 0.1 },
    ],
  });
  expect(status).toBe(200);
  expect(body.result.y).toBe(2);
  expect(body.result.u).toBeCloseTo(2 * Math.hypot(0.8 / 120, 0.1 / 60), 9);
  expect(body.milliseconds).toBeGreaterThan(0);
});

test('the list names every function', async () => {
  const res = await fetch(`${api.url}/api/v1/compute`, { headers: { authorization: `Bearer ${key}` } });
  const { capabilities } = (await res.json()) as { capabilities: { name: string; functions: { path: string }[] }[] };
  expect(capabilities.map((c) => c.name)).toContain('overlay');
  expect(capabilities.flatMap((c) => c.functions).map((f) => f.path)).toContain('overlay/fit');
});

test('without the scope, or without a key, nothing is computed', async () => {
  const other = await keyFor('station', 'ingest');
  expect((await call('spc/constants', { n: 5 }, { authorization: `Bearer ${other}` })).status).toBe(403);
  const none = await call('spc/constants', { n: 5 }, {});
  expect(none.status).toBe(401);
  expect(none.type).toContain('application/problem+json');
});

test('a signed-in person needs no key', async () => {
  await createUser(asMachine('test'), {
    user: { email: 'ana@fab.example', name: 'Ana', role: 'viewer', password: 'a long password' },
    whose: 'own',
  });
  const { headers } = await auth().api.signInEmail({
    body: { email: 'ana@fab.example', password: 'a long password' },
    returnHeaders: true,
  });
  const cookie = headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ');
  expect((await call('spc/constants', { n: 2 }, { cookie })).body.result.n).toBe(2);
  expect((await call('spc/constants', { n: 2 }, { cookie: 'better-auth.session_token=forged' })).status).toBe(401);
});

test('bad input names the field and the remedy', async () => {
  expect((await call('spc/constants', { n: 1 })).body).toMatchObject({
    status: 422,
    code: 'invalid_input',
    details: { field: 'n' },
  });
  expect((await call('spc/constants', {})).body.detail).toBe('n: is missing');
  expect((await call('spc/constants', '{"n": NaN}')).body.detail).toMatch(/not JSON.*send null/);
  expect((await call('spc/constants', '[1]')).body.detail).toMatch(/must be a JSON object/);
  expect((await call('overlay/fit', { x: [0, 1], y: [0], dx: [1, 1], dy: [1, 1] })).body).toMatchObject({ status: 422 });
  expect((await call('overlay/nothing', {})).body).toMatchObject({ status: 404, code: 'not_found' });
  expect((await call('spc/constants', { n: 5 }, { authorization: `Bearer ${key}`, 'content-type': 'text/csv' })).status).toBe(
    415,
  );
});

test('work beyond its time ends with the thread; the next question finds a new one', async () => {
  const pool = new ComputePool({ ...LIMITS, threads: 1, timeMs: 1 });
  const long = {
    path: 'uncertainty/monte-carlo',
    text: JSON.stringify({ model: 'a', distributions: { a: { kind: 'normal', mean: 0, sd: 1 } }, trials: 5e7 }),
  };
  await expect(pool.run(long)).rejects.toMatchObject({
    code: 'time_limit',
    message: expect.stringContaining('npx driftless uncertainty monte-carlo'),
  });
  const slow = new ComputePool(LIMITS);
  expect(JSON.parse((await slow.run({ path: 'spc/constants', text: '{"n":2}' })).text).n).toBe(2);
  await Promise.all([pool.stop(), slow.stop()]);
});

test('what is too much to wait is refused at once', async () => {
  const pool = new ComputePool({ ...LIMITS, threads: 1, waiting: 2 });
  const one = () => pool.run({ path: 'spc/constants', text: '{"n":3}' });
  const asked = [one(), one(), one(), one()];
  await expect(asked[3]).rejects.toMatchObject({ code: 'rate_limited' });
  expect((await Promise.all(asked.slice(0, 3))).map((a) => JSON.parse(a.text).n)).toEqual([3, 3, 3]);
  await pool.stop();
});

test('the description has every function, and its example is answered', async () => {
  const doc = JSON.parse(openApiText());
  const paths = Object.keys(doc.paths).filter((p) => p.startsWith('/api/v1/compute/'));
  expect(paths.length).toBeGreaterThan(80);
  const examples = paths.map(
    (p) => [p.slice('/api/v1/compute/'.length), doc.paths[p].post.requestBody.content['application/json'].example] as const,
  );
  for (const [path, example] of examples) expect((await call(path, example)).status, path).toBe(200);
}, 120_000);
