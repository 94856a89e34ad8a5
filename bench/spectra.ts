/**
 * Spectra a second through the whole path: HTTP, the spectra queue, two worker processes, and on to stored measurements. Prints rates;
 * asserts nothing about time.
 *   npm run bench:spectra [-- --wafers 40]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { recordSpectra, SPECTRAL_STATIONS, type SpectralStation } from '@/lib/simulator';
import { withStand } from './lib/stand.mjs';

const given = process.argv.indexOf('--wafers');
const wafers = given < 0 ? 40 : Number(process.argv[given + 1]);
const T0 = Date.UTC(2026, 7, 3);

interface Stand {
  api: { url: string; key: string };
  client: { query: (text: string) => Promise<{ rows: { n: number }[] }> };
  startWorker: (name: string) => unknown;
}

function record(station: SpectralStation, wafer: number) {
  const { recipe } = station;
  const middle = recipe.content.parameters.map((p) => p.value);
  const sites = station.plan === 'F9' ? 9 : 13;
  return recordSpectra(1, station, {
    recipe: recipe.name,
    key: `${recipe.name}-${wafer}`,
    runKey: `${recipe.name}-${wafer}-run`,
    lot: `B${Math.floor(wafer / 25)}`,
    wafer: (wafer % 25) + 1,
    product: 'KITE-45',
    layer: recipe.operation === 'ALD-HFO2' ? 'GATE' : 'M1',
    operation: recipe.operation,
    measuredAt: T0 + wafer * 60_000,
    samples: Array.from({ length: sites }, (_, i) => middle.map((v, j) => (j === 0 ? v * (1 + 0.002 * i) : v))),
  });
}

async function send(stand: Stand, records: object[]): Promise<void> {
  const res = await fetch(`${stand.api.url}/api/v1/spectra`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stand.api.key}`, 'content-type': 'application/x-ndjson', connection: 'close' },
    body: records.map((r) => JSON.stringify(r)).join('\n'),
  });
  const answer = (await res.json()) as { accepted: number };
  if (answer.accepted !== records.length) throw new Error(JSON.stringify(answer).slice(0, 400));
}

const count = async (stand: Stand, query: string): Promise<number> => (await stand.client.query(query)).rows[0]!.n;

await withStand(async (stand: Stand) => {
  for (const name of ['worker-1', 'worker-2']) stand.startWorker(name);
  for (const station of SPECTRAL_STATIONS) {
    const name = station.recipe.name;
    const fitted = `SELECT coalesce(sum(cardinality(f.status)), 0)::int AS n FROM spectrum_fit f JOIN metrology_recipe r ON r.id = f.recipe_id WHERE r.name = '${name}'`;
    const records = Array.from({ length: wafers + 4 }, (_, w) => record(station, w));
    await send(stand, records.slice(0, 4)); // starts the threads and compiles the recipe
    const warm = records.slice(0, 4).reduce((s, r) => s + r.x.length, 0);
    while ((await count(stand, fitted)) < warm) await sleep(50);
    const from = performance.now();
    await send(stand, records.slice(4));
    const all = records.reduce((s, r) => s + r.x.length, 0);
    while ((await count(stand, fitted)) < all) await sleep(50);
    const seconds = (performance.now() - from) / 1000;
    const accepted = await count(stand, fitted.replace('cardinality(f.status)', 'f.accepted'));
    process.stdout.write(
      `${name.padEnd(10)} ${all - warm} spectra in ${seconds.toFixed(1)} s: ${((all - warm) / seconds).toFixed(1)} spectra/s on two workers; ${accepted} of ${all} accepted\n`,
    );
  }
});
process.exit(0); // the build tool's helper process may outlive the run
