import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { closePool } from '@/lib/db';
import { loadHistory } from '@/lib/services/simulation/history/load';

interface Options {
  charts: number;
  points: number;
  days: number;
  seed: number;
  intoExisting?: boolean;
}

const o = new Command('load-history')
  .description('Loads charts with a long history straight into the database, to see how it answers at the scale of a large fab.')
  .option('--charts <n>', 'charts', Number, 10_000)
  .option(
    '--points <n>',
    'points of all charts together; one chart has a twentieth of them, at most a million',
    Number,
    20_000_000,
  )
  .option('--days <n>', 'days of history, ending now', Number, 90)
  .option('--seed <n>', 'seed of the fab', Number, 1)
  .option('--into-existing', 'also where the database holds records of a fab')
  .parse()
  .opts<Options>();

/** A day of all charts is one statement. */
const STATEMENT_MS = 600_000;

async function main(): Promise<void> {
  process.env['DB_STATEMENT_MS'] ??= String(STATEMENT_MS);
  for (const [name, v, least] of [
    ['charts', o.charts, 2],
    ['points', o.points, o.charts],
    ['days', o.days, 1],
    ['seed', o.seed, 0],
  ] as const)
    if (!Number.isInteger(v) || v < least) throw new Error(`--${name} must be a whole number from ${least} on, not ${v}`);
  const bar = process.stdout.isTTY ? new SingleBar({ format: 'points {bar} {percentage}% {note} · {eta_formatted} left' }) : null;
  bar?.start(1000, 0, { note: '' });
  let shown = 0;
  const done = await loadHistory({ ...o, endMs: Date.now(), intoExisting: o.intoExisting === true }, (share, note) => {
    if (bar) return bar.update(Math.round(share * 1000), { note });
    if (share - shown < 0.1) return;
    shown = share;
    process.stdout.write(`${note}\n`);
  });
  bar?.stop();
  process.stdout.write(
    `loaded ${done.points} points (${done.flagged} out of control, ${done.alerts} alerts) in ${done.copyS.toFixed(0)} s, rollups in ${done.rollupS.toFixed(0)} s\n`,
  );
}

try {
  await main();
} catch (e) {
  process.stderr.write(`error: ${(e as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await closePool();
}
