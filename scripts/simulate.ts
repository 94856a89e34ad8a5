import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { FabClient } from '@/lib/services/simulation/client';
import { FabDriver, historyFrom } from '@/lib/services/simulation/driver';

const DAY_MS = 86_400_000;

const program = new Command('simulate')
  .description(
    'Sends a simulated fab through the HTTP API: lots, runs with traces, measurements, events, and closes its control loops.',
  )
  .option('--days <n>', 'days of history, ending now', Number, Number(process.env['DEMO_DAYS'] ?? 30))
  .option('--lots-per-day <n>', 'lots started a day in history', Number, 6)
  .option('--live-lots-per-day <n>', 'lots started a day in the last day of history and live', Number, 36)
  .option('--seed <n>', 'seed of the fab', Number, Number(process.env['DEMO_SEED'] ?? 1))
  .option('--speed <x>', 'after the history go on live, x times as fast as the clock', Number)
  .option('--backfill', 'only the history, then end')
  .option('--live', 'catch up, then go on live')
  .option('--url <address>', 'address of Driftless', process.env['APP_URL'] ?? 'http://localhost:3000')
  .option('--state <file>', 'where the state of the fab is kept (default: a file of its own below DATA_DIR)')
  .option('--no-crew', 'leave all alerts of the history open')
  .option('--register', 'register the fab first (a demo has done so); its loops start in shadow, close them on the screen')
  .parse();

interface Options {
  days: number;
  lotsPerDay: number;
  liveLotsPerDay: number;
  seed: number;
  speed?: number;
  backfill?: boolean;
  live?: boolean;
  url: string;
  state?: string;
  register?: boolean;
  crew: boolean;
}

/** The demo's fab and one started by hand beside it each keep their own state. */
const stateFile = (o: Options): string =>
  join(process.env['DATA_DIR'] ?? '.data', o.backfill || o.live ? 'simulator.json' : `simulate-${o.seed}.json`);

function progress(): { show: (share: number, note: string) => void; end: () => void } {
  if (!process.stdout.isTTY) {
    return {
      show: (share, note) => process.stdout.write(`${JSON.stringify({ progress: Math.round(share * 1000) / 1000, note })}\n`),
      end: () => undefined,
    };
  }
  const bar = new SingleBar({ format: 'history {bar} {percentage}% {note} · {eta_formatted} left' });
  bar.start(1000, 0, { note: '' });
  return { show: (share, note) => bar.update(Math.round(share * 1000), { note }), end: () => bar.stop() };
}

async function main(): Promise<void> {
  const o = program.opts<Options>();
  for (const [name, v] of Object.entries({ days: o.days, 'lots-per-day': o.lotsPerDay, seed: o.seed })) {
    if (!Number.isFinite(v) || v < 0) throw new Error(`--${name} must be a number that is not negative`);
  }
  const key = process.env['DRIFTLESS_API_KEY'];
  if (key === undefined)
    throw new Error(
      'DRIFTLESS_API_KEY is not set: make a key with the scopes ingest, advice, fab and truth on the settings page',
    );
  const stop = new AbortController();
  for (const s of ['SIGINT', 'SIGTERM'] as const) process.on(s, () => stop.abort());
  const client = new FabClient(o.url, key);
  if (o.register) await client.register(simulatedFab(o.seed));
  const bar = progress();
  const driver = new FabDriver(
    client,
    {
      seed: o.seed,
      lotsPerDay: o.lotsPerDay,
      liveLotsPerDay: o.liveLotsPerDay,
      stateFile: o.state ?? stateFile(o),
      crew: o.crew,
      signal: stop.signal,
      onProgress: bar.show,
    },
    historyFrom(Date.now(), o.days),
  );
  const started = performance.now();
  const from = driver.at;
  await driver.backfill(Date.now());
  bar.end();
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(
    `history: ${((driver.at - from) / DAY_MS).toFixed(1)} days, ${client.sent.records} records, ${(client.sent.bytes / 2 ** 20).toFixed(1)} MiB in ${seconds.toFixed(1)} s\n`,
  );
  if (o.live || o.speed !== undefined) await driver.live(o.speed ?? 1, Date.now);
}

try {
  await main();
} catch (e) {
  process.stderr.write(`error: ${(e as Error).message}\n`);
  process.exitCode = 1;
}
