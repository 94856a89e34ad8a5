/**
 * Server time of the pages, and from the answer to a record to its point and its alert, on a loaded history (`npm run load:history`): at rest, and while
 * 200 wafers a minute arrive. Prints tables with the bare SQL of the same run beside them; asserts nothing about time.
 *   npm run bench:pages [-- --database <url>] [--charts 10000 --points 20000000] [--repeats 20] [--seconds 60]
 * Without a database it loads the history into one of its own.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { closePool } from '@/lib/db';
import { searchEverything } from '@/lib/services/pages/search';
import { createApiKey } from '@/lib/services/settings/api-keys';
import { loadHistory } from '@/lib/services/simulation/history/load';
import { asMachine } from '@/lib/services/verb';
import { ensureBrowser } from '../scripts/lib/browser.mjs';
import { inBrowser } from './lib/browser-times.mjs';
import { type Api, flow, flowLine, ms, quantile } from './lib/flow';
import { withStand } from './lib/stand.mjs';
import { baseline, send, type wafer } from './lib/wafers.mjs';

const { values: o } = parseArgs({
  options: {
    database: { type: 'string' },
    charts: { type: 'string', default: '10000' },
    points: { type: 'string', default: '20000000' },
    repeats: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
  },
});
const repeats = Number(o.repeats);
const seconds = Number(o.seconds);
const DAY_MS = 86_400_000;
const SORTS = [
  '',
  'state',
  '-state',
  'title',
  '-title',
  'last',
  '-last',
  'cpk',
  '-cpk',
  'stability',
  '-stability',
  'rate',
  '-rate',
  'n',
  '-n',
  'lastOut',
  '-lastOut',
  'lastAt',
  '-lastAt',
];

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function signIn(api: Api): Promise<string> {
  const answer = await fetch(`${api.url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: api.url },
    body: JSON.stringify({ email: 'ana@driftless.local', password: process.env['DEMO_PASSWORD'] ?? 'driftless' }),
  });
  if (!answer.ok) throw new Error(`signing in: ${answer.status}`);
  return answer.headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ');
}

async function timed(work: () => Promise<unknown>, times = repeats): Promise<number[]> {
  for (let i = 0; i < 2; i++) await work();
  const list: number[] = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    await work();
    list.push(performance.now() - from);
  }
  return list;
}

async function pageTimes(api: Api, cookie: string, chart: string, title: string): Promise<void> {
  const read = (path: string) => async () => {
    const answer = await fetch(`${api.url}${path}`, { headers: { cookie }, redirect: 'manual' });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    await answer.arrayBuffer();
  };
  const now = Date.now();
  const range = (days: number): string =>
    new URLSearchParams({
      from: new Date(now - (days + 20) * DAY_MS).toISOString(),
      to: new Date(now - 20 * DAY_MS).toISOString(),
    }).toString();
  const pages: [string, () => Promise<unknown>][] = [
    ['overview', read('/')],
    ...[7, 90].flatMap((d) =>
      SORTS.map((s): [string, () => Promise<unknown>] => [
        `SPC list, ${d} days${s === '' ? ', worst first' : `, by ${s}`}`,
        read(`/spc?range=${d}d${s === '' ? '' : `&sort=${s}`}`),
      ]),
    ),
    ['chart of 1e6 points, 90 days', read(`/spc/${chart}?range=90d`)],
    ['zoom into 30 days of it', read(`/spc/${chart}/window?${range(30)}`)],
    ['zoom into 5 days of it', read(`/spc/${chart}/window?${range(5)}`)],
    ['zoom into 2 hours of it', read(`/spc/${chart}/window?${range(1 / 12)}`)],
    ['alerts that wait', read('/alerts')],
    ['all alerts of 90 days', read('/alerts?state=all&range=90d')],
    ['search "cmp 53"', () => searchEverything('cmp 53')],
    ['search "H12345"', () => searchEverything('H12345')],
  ];
  print(`\n${title.padEnd(44)}${'least ms'.padStart(9)}${'p50 ms'.padStart(8)}${'p95 ms'.padStart(8)}`);
  for (const [name, work] of pages) {
    const list = await timed(work);
    print(`${name.padEnd(44)} ${ms(Math.min(...list))}${ms(quantile(list, 0.5))}${ms(quantile(list, 0.95))}`);
  }
}

/** The same questions asked of the points themselves, and a bare COPY. */
async function peers(client: pg.Client, chart: string): Promise<void> {
  const sql = (text: string) => () => client.query(text);
  const day = (n: number): string => new Date(Date.now() - n * DAY_MS).toISOString();
  const list: [string, () => Promise<unknown>, number][] = [
    [
      'counts, means and sigmas of all charts, 7 days',
      sql(
        `SELECT chart_id, count(*), avg(value), stddev_samp(value), max(at) FROM chart_point WHERE at >= '${day(7)}' GROUP BY 1`,
      ),
      5,
    ],
    [
      'the same, 90 days',
      sql(
        `SELECT chart_id, count(*), avg(value), stddev_samp(value), max(at) FROM chart_point WHERE at >= '${day(90)}' GROUP BY 1`,
      ),
      2,
    ],
    ['all points of the busiest chart, two columns', sql(`SELECT at, plotted FROM chart_point WHERE chart_id = '${chart}'`), 2],
  ];
  print(`\n${'bare SQL on the points'.padEnd(52)}${'p50 ms'.padStart(8)}`);
  await client.query('SET statement_timeout = 0');
  for (const [name, work, times] of list) print(`${name.padEnd(52)}${ms(quantile(await timed(work, times), 0.5))}`);
  await client.query('CREATE TEMP TABLE bare (chart_id uuid, at timestamptz, value float8, lot text)');
  const lines = Array.from({ length: 200_000 }, (_, i) => `${chart}\t2026-01-01\t${i / 7}\tL${i}`).join('\n');
  const from = performance.now();
  const stream = client.query(copyFrom('COPY bare FROM STDIN'));
  stream.end(`${lines}\n`);
  await once(stream, 'finish');
  print(`${'bare COPY of 200,000 rows into a table without index'.padEnd(52)}${ms(performance.now() - from)}`);
}

await withStand(
  async ({
    api,
    client,
    startWorker,
    databaseUrl,
  }: {
    api: Api;
    client: pg.Client;
    startWorker: () => unknown;
    databaseUrl: string;
  }) => {
    process.env['DATABASE_URL'] = databaseUrl;
    process.env['REDIS_URL'] ??= 'redis://127.0.0.1:1';
    process.env['AUTH_SECRET'] ??= 'bench-bench-bench-bench';
    if (o.database === undefined) {
      process.env['DB_STATEMENT_MS'] = '600000';
      const done = await loadHistory({
        charts: Number(o.charts),
        points: Number(o.points),
        days: 90,
        seed: 1,
        endMs: Date.now(),
        intoExisting: true,
      });
      print(`loaded ${done.points} points in ${done.copyS.toFixed(0)} s, rollups in ${done.rollupS.toFixed(0)} s`);
    } else {
      await createApiKey(asMachine('bench'), { key: { sender: `bench ${Date.now()}`, scopes: ['ingest'] }, given: api.key });
    }
    const size = await client.query(
      "SELECT (SELECT count(*) FROM chart WHERE active)::int AS charts, (SELECT sum(n_all) FROM chart_rollup WHERE grain = 'week')::int AS points",
    );
    const busiest = await client.query<{ chart_id: string; n: number }>(
      `SELECT chart_id, sum(n_all)::int AS n FROM chart_rollup WHERE grain = 'week' GROUP BY 1 ORDER BY 2 DESC LIMIT 1`,
    );
    const chart = busiest.rows[0]!.chart_id;
    print(`${size.rows[0].charts} charts, ${size.rows[0].points} points; the busiest chart has ${busiest.rows[0]!.n}`);
    const cookie = await signIn(api);
    await pageTimes(api, cookie, chart, 'at rest');
    await peers(client, chart);
    const { file: browser } = await ensureBrowser({ note: () => undefined });
    const seen = await inBrowser({ browser, api, cookie, path: `/spc/${chart}?range=90d` });
    print(`\nChromium, chart of 1e6 points: interactive after ${seen.map((s: { ms: number }) => s.ms.toFixed(0)).join(', ')} ms`);
    print(
      `page weight: ${(seen[0]!.document / 1000).toFixed(0)} kB of the page, ${(seen[0]!.all / 1000).toFixed(0)} kB with scripts and styles, as transferred`,
    );
    startWorker();
    const run = Date.now().toString(36);
    const early = baseline(run, Date.now());
    await send(
      api,
      'runs',
      early.map((w: ReturnType<typeof wafer>) => w.run),
    );
    await send(
      api,
      'measurements',
      early.map((w: ReturnType<typeof wafer>) => w.measurement),
    );
    while ((await client.query(`SELECT count(*)::int AS n FROM task WHERE state <> 'dead'`)).rows[0].n > 0) await sleep(200);
    const [under] = await Promise.all([
      flow(api, client, 200 / 60, seconds, `${run}a`),
      pageTimes(api, cookie, chart, 'while 200 wafers a minute arrive'),
    ]);
    const fast = await flow(api, client, 20, 30, `${run}b`);
    print(`\n${'from the answer 202 on'.padEnd(44)}${'p50 ms'.padStart(8)}${'p95 ms'.padStart(8)}${'n'.padStart(8)}`);
    print(flowLine('to the point, 200 wafers a minute, with pages', under.points));
    print(flowLine('to the alert', under.alerts));
    print(flowLine('to the point, 20 wafers a second', fast.points));
    print(flowLine('to the alert', fast.alerts));
    print(
      `20 wafers a second for 30 s: ${fast.sent} sent, ${fast.points.length} points, the last ${fast.drainedS.toFixed(1)} s after the end`,
    );
    await closePool();
  },
  o.database ?? null,
);
