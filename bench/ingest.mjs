#!/usr/bin/env node
/**
 * Throughput of the whole ingest path, from HTTP, validation, storage and outbox on to charted points, beside a bare COPY of the
 * same arrays into the same Postgres in the same run; then how long other requests wait while deliberately slow bodies are read. Prints rates,
 * ratios and waits; asserts nothing about time.
 *   npm run bench:ingest [-- --seconds 8]
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { withStand } from './lib/stand.mjs';
import { waitsOfOthers } from './lib/waits.mjs';

const given = process.argv.indexOf('--seconds');
const seconds = given < 0 ? 8 : Number(process.argv[given + 1]);
const SITES = 49;
const SENSORS = 45;
const SAMPLES = 70;
const BATCH = 500;

/** A small generator of its own: the numbers only need to be plausible and not to compress. */
let state = 12345;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const site = Array.from({ length: SITES }, (_, i) => {
  const r = 140 * Math.sqrt(i / SITES);
  return [Number((r * Math.cos(2.4 * i)).toFixed(3)), Number((r * Math.sin(2.4 * i)).toFixed(3))];
});
const x = site.map((s) => s[0]);
const y = site.map((s) => s[1]);
const t0 = Date.UTC(2026, 7, 3);
const common = { product: 'KITE-45', layer: 'ILD1', operation: 'CVD-OXIDE' };

const measurement = (n) => ({
  ...common,
  key: `m${n}`,
  station: 'ELL-01',
  lot: `B${Math.floor(n / 25) % 400}`,
  wafer: (n % 25) + 1,
  parameter: 'oxide_thickness',
  unit: 'nm',
  plan: 'F49',
  measuredAt: new Date(t0 + n * 1000 + 5e8).toISOString(),
  x,
  y,
  value: x.map(() => Number((120 + random()).toFixed(3))),
});
const sensors = Array.from({ length: SENSORS }, (_, k) => ({ name: `s${k}`, unit: 'V' }));
const times = Array.from({ length: SAMPLES }, (_, i) => i + 0.02);
const run = (n, packed) => {
  const f32 = (v) => (packed ? { f32: Buffer.from(Float32Array.from(v).buffer).toString('base64') } : v);
  return {
    ...common,
    key: `${packed ? 'p' : 'r'}${n}`,
    tool: 'CVD-01',
    chamber: 'ABC'[n % 3],
    lot: `B${Math.floor(n / 25) % 400}`,
    wafer: (n % 25) + 1,
    recipe: { name: 'CVD-OXIDE.KITE-45', version: 1 },
    startedAt: new Date(t0 + n * 1000).toISOString(),
    endedAt: new Date(t0 + n * 1000 + 90_000).toISOString(),
    setpoints: { deposition_time: 60 },
    trace: {
      t: f32(times),
      steps: [
        { name: 'load', start: 0, end: 20 },
        { name: 'deposit', start: 20, end: 71 },
      ],
      sensors: sensors.map((s) => ({
        ...s,
        values: f32(Array.from({ length: SAMPLES }, () => Math.round(random() * 1e5) / 1e3)),
      })),
    },
  };
};

const bodies = (count, make) =>
  Array.from({ length: Math.ceil(count / BATCH) }, (_, b) =>
    Array.from({ length: BATCH }, (_, i) => JSON.stringify(make(b * BATCH + i))).join('\n'),
  );

/** Rate of records through the API: four senders, the same ready-made bodies for all, until the time is up or they run out. */
async function throughHttp(api, kind, list) {
  const from = performance.now();
  let next = 0;
  let records = 0;
  const sender = async () => {
    while (next < list.length && performance.now() - from < seconds * 1000) {
      const res = await fetch(`${api.url}/api/v1/${kind}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/x-ndjson' },
        body: list[next++],
      });
      const answer = await res.json();
      if (answer.accepted !== BATCH) throw new Error(`${kind}: ${JSON.stringify(answer).slice(0, 400)}`);
      records += answer.accepted;
    }
  };
  await Promise.all([sender(), sender(), sender(), sender()]);
  return { records, perSecond: records / ((performance.now() - from) / 1000) };
}

/** The same arrays by COPY on one connection, nothing checked, nothing else written. */
async function bareCopy(client, table, columns, lines) {
  await client.query(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`);
  const text = lines.join('');
  const bytes = Buffer.from(text);
  const from = performance.now();
  const stream = client.query(copyFrom(`COPY ${table} FROM STDIN`));
  for (let i = 0; i < bytes.length; i += 1 << 20)
    if (!stream.write(bytes.subarray(i, i + (1 << 20)))) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
  return lines.length / ((performance.now() - from) / 1000);
}

const peakMb = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
const format = (v) => (v >= 1e6 ? `${(v / 1e6).toFixed(2)} M` : v >= 1e4 ? `${(v / 1e3).toFixed(0)} k` : v.toFixed(0));

await withStand(async ({ api, client, web, startWorker }) => {
  process.stdout.write('making records …\n');
  const measured = bodies(10_000, measurement);
  const plain = bodies(3_000, (n) => run(n, false));
  const packed = bodies(6_000, (n) => run(n + 1_000_000, true));
  await throughHttp(
    api,
    'measurements',
    bodies(500, (n) => measurement(n + 5e6)),
  ); // warm

  const httpSites = await throughHttp(api, 'measurements', measured);
  const memory1 = peakMb(web.pid);
  const httpPlain = await throughHttp(api, 'runs', plain);
  const httpPacked = await throughHttp(api, 'runs', packed);
  const memory2 = peakMb(web.pid);

  const copySites = await bareCopy(
    client,
    'copy_sites',
    'x float8[], y float8[], v float8[]',
    Array.from({ length: 10_000 }, () => `{${x}}\t{${y}}\t{${x.map(() => (120 + random()).toFixed(3))}}\n`),
  );
  const trace = () => `\\\\x${Buffer.from(Float32Array.from({ length: SENSORS * SAMPLES }, random).buffer).toString('hex')}\n`;
  const copyTrace = await bareCopy(client, 'copy_trace', 'v bytea', Array.from({ length: 6_000 }, trace));

  // On to charted points: the workers catch up with everything that was sent.
  await client.query(`DELETE FROM task WHERE queue = 'vm'`);
  const before = (await client.query('SELECT count(*)::int AS n FROM chart_point')).rows[0].n;
  const worker = startWorker();
  const from = performance.now();
  const wafers = (await client.query('SELECT count(*)::int AS n FROM measurement')).rows[0].n;
  while (
    (await client.query(`SELECT count(*)::int AS n FROM task WHERE state <> 'dead' AND queue IN ('spatial', 'spc', 'control')`))
      .rows[0].n > 0
  )
    await sleep(200);
  const charted = (performance.now() - from) / 1000;
  const points = (await client.query('SELECT count(*)::int AS n FROM chart_point')).rows[0].n - before;

  const rows = [
    ['site values', `${SITES} sites a wafer`, httpSites.perSecond * SITES, copySites * SITES],
    [
      'trace samples, plain JSON',
      `${SENSORS} sensors x ${SAMPLES}`,
      httpPlain.perSecond * SENSORS * SAMPLES,
      copyTrace * SENSORS * SAMPLES,
    ],
    [
      'trace samples, packed',
      `${SENSORS} sensors x ${SAMPLES}`,
      httpPacked.perSecond * SENSORS * SAMPLES,
      copyTrace * SENSORS * SAMPLES,
    ],
  ];
  process.stdout.write(
    `\n${'through the API'.padEnd(28)}${''.padEnd(20)}${'per second'.padStart(12)}${'bare COPY'.padStart(12)}${'ratio'.padStart(8)}\n`,
  );
  for (const [name, what, rate, copy] of rows)
    process.stdout.write(
      `${name.padEnd(28)}${what.padEnd(20)}${format(rate).padStart(12)}${format(copy).padStart(12)}${(rate / copy).toFixed(2).padStart(8)}\n`,
    );
  process.stdout.write(
    `\nto charted points: ${wafers} wafers, ${points} points in ${charted.toFixed(1)} s: ${(wafers / charted).toFixed(0)} wafers/s with one worker process\n`,
  );
  process.stdout.write(
    `peak memory of the web server: ${memory1.toFixed(0)} MB after site values, ${memory2.toFixed(0)} MB after traces; worker ${peakMb(worker.pid).toFixed(0)} MB\n`,
  );

  process.stdout.write(
    `\n${'while a body is read of'.padEnd(28)}${'answer'.padStart(8)}${'ms'.padStart(8)}${'others wait at most, ms'.padStart(26)}\n`,
  );
  for (const [what, status, ms, longestMs] of await waitsOfOthers(api))
    process.stdout.write(
      `${what.padEnd(28)}${String(status ?? '').padStart(8)}${ms.toFixed(0).padStart(8)}${longestMs.toFixed(0).padStart(26)}\n`,
    );
});
