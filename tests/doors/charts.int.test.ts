import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { openApiDocument } from '@/lib/formats/openapi';
import { chartsApi } from '@/lib/services/spc/templates/api';
import { keyFor } from '../support/as';
import { baseline, coater } from '../support/coated-lots';
import { type Door, openDoor } from '../support/door';
import { doAllWork } from '../support/work';

let door: Door;
let key: string;

beforeAll(async () => {
  door = await openDoor();
  key = await keyFor('host', 'charts');
  await coater(door)(baseline(Date.now() - 6 * 86_400_000));
}, 120_000);
afterAll(() => door.close());

type Answer = Record<string, unknown> & { code?: string; details?: { field?: string; chart?: string } };
async function ask(path: string, body?: unknown, by = key): Promise<{ status: number; body: Answer }> {
  const res = await fetch(`${door.url}/api/v1/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${by}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: res.status, body: (await res.json()) as Answer };
}

/** The example that the document gives for a request. */
function exampleOf(path: string): Record<string, unknown> {
  const operation = (openApiDocument([chartsApi()])['paths'] as Record<string, { post: Record<string, unknown> }>)[path]!.post;
  return (operation['requestBody'] as { content: { 'application/json': { example: Record<string, unknown> } } }).content[
    'application/json'
  ].example;
}

test('a template by its example: previewed, made, listed, changed, retired', async () => {
  const preview = await ask('chart-templates/preview', exampleOf('/api/v1/chart-templates/preview'));
  expect(preview.status).toBe(200);
  const charts = preview.body['charts'] as { points: number; state: string }[];
  expect(charts.reduce((s, c) => s + c.points, 0)).toBe(60);
  const made = await ask('chart-templates', exampleOf('/api/v1/chart-templates'));
  expect(made).toMatchObject({ status: 200, body: { version: 1, made: charts.length, retired: 0 } });
  await doAllWork();
  const filled = await db().one<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM chart_point p JOIN chart c ON c.id = p.chart_id WHERE c.template_id = ${made.body['id']}`,
  );
  expect(filled!.n).toBe(60);
  const list = (await ask('chart-templates')).body['templates'] as {
    id: string;
    name: string;
    charts: number;
    content: object;
    author: string;
  }[];
  const mine = list.find((t) => t.id === made.body['id'])!;
  expect(mine).toMatchObject({ name: 'Range of the sites', charts: charts.length, author: 'host' });
  const next = {
    template: mine.id,
    seen: 1,
    name: mine.name,
    content: { ...mine.content, rules: [1] },
    reason: 'runs are not wanted',
  };
  expect(await ask('chart-templates', next)).toMatchObject({ status: 200, body: { version: 2, made: 0, kept: charts.length } });
  expect((await ask('chart-templates', next)).status).toBe(412);
  const retire = `chart-templates/${mine.id}/retire`;
  expect(await ask(retire, { seen: 2, reason: 'the step is gone' })).toEqual({ status: 200, body: { retired: charts.length } });
  expect((await ask(retire, { seen: 2, reason: 'again' })).status).toBe(409);
});

test('one chart by its example; twice is a conflict that names it; retired', async () => {
  const { chart, reason } = exampleOf('/api/v1/charts') as { chart: object; reason: string };
  // The wafers of this test have five sites, of which no defocus is fitted: a characteristic that they have.
  const asked = { chart: { ...chart, characteristic: 'measurement.median' }, reason };
  const made = await ask('charts', asked);
  expect(made).toMatchObject({ status: 201, body: { title: 'oxide_thickness median · CVD-01 A' } });
  const id = made.body['id'] as string;
  expect(await ask('charts', asked)).toMatchObject({ status: 409, body: { details: { chart: id } } });
  expect(await ask('charts', { ...asked, chart: { ...asked.chart, kind: 'best' } })).toMatchObject({
    status: 422,
    body: { details: { field: 'kind' } },
  });
  expect(await ask(`charts/${id}/retire`, { reason })).toEqual({ status: 200, body: { ok: true } });
  expect((await db().one<{ by: string }>(sql`SELECT retired_by AS by FROM chart WHERE id = ${id}`))!.by).toBe('host');
});

test('a key needs the scope, and what it sends must be an object', async () => {
  const other = await keyFor('tool', 'ingest', 'read');
  expect((await ask('chart-templates', undefined, other)).status).toBe(200);
  for (const path of ['chart-templates', 'chart-templates/preview', 'charts'])
    expect((await ask(path, {}, other)).status, path).toBe(403);
  expect((await ask('chart-templates', [])).status).toBe(422);
  expect((await ask('charts', null)).status).toBe(422);
  expect((await ask('charts/none/retire', { reason: 'no such' })).status).toBe(422);
});
