import { setTimeout as sleep } from 'node:timers/promises';
import { config } from '@/lib/config';
import { toAppError } from '@/lib/errors';
import { log } from '@/lib/log';
import { closeQueues, type TaskWorker } from '@/lib/queue/broker';
import { runDispatcher } from '@/lib/queue/dispatcher';
import { wakeAlerts } from '@/lib/services/alerts/timer';
import { sendDigests } from '@/lib/services/notify/digest';
import { sendHoldMessages } from '@/lib/services/notify/hold-messages';
import { sender } from '@/lib/services/notify/send';
import { fillRollups } from '@/lib/services/spc/rollups';
import { recordCodeVersions } from '@/lib/services/system/code-version';
import { flushTallies } from '@/lib/services/tasks/flow';
import { beat, lastBeat, Watchdog } from '@/lib/services/tasks/heartbeat';
import { closeDatabase, housekeeping } from '@/lib/services/tasks/housekeeping';
import { serve } from './runtime';
import * as stages from './stages';

const GRACE_MS = 25_000;
const FLUSH_MS = 5_000;
const HOUSEKEEPING_MS = 600_000;
const BEAT_MS = 10_000;
/** How late a step of an escalation may be, and a message to a MES. */
const ALERTS_MS = 5_000;
const HOLDS_MS = 2_000;
/** How late a message may be that is due, and a digest. */
const MESSAGES_MS = 1_000;
const DIGESTS_MS = 10_000;
/** Stages judge long periods and wait for each other's rows; a page must answer sooner. */
const STATEMENT_MS = 60_000;

/** Repeats `work` every `ms` until the signal; a failed round is logged and does not stop the next. */
async function every(ms: number, what: string, work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(ms, undefined, { signal }).catch(() => undefined); // an abort ends the wait; the loop sees it
    await work().catch((e: Error) => log().warn({ err: e.message }, `${what}: this round failed`));
  }
}

/** At the start the database may still be starting. */
async function untilReady(work: () => Promise<unknown>): Promise<void> {
  for (let pause = 250; ; pause = Math.min(2 * pause, 5_000)) {
    try {
      await work();
      return;
    } catch (e) {
      if (toAppError(e).code !== 'dependency_unavailable') throw e;
      log().warn({ err: (e as Error).message }, 'the database is not there yet');
      await sleep(pause);
    }
  }
}

/** A process that lives but takes no work is worse than none: it ends, and its supervisor restarts it. */
async function watch(dog: Watchdog): Promise<void> {
  const trouble = await dog.look();
  if (trouble === null) return;
  log().fatal({ trouble }, `${trouble}; this worker ends so that it is restarted`);
  process.exit(1);
}

async function main(): Promise<void> {
  process.env['DB_STATEMENT_MS'] ??= String(STATEMENT_MS);
  config();
  await untilReady(recordCodeVersions);
  const dog = new Watchdog();
  const alive = () => beat(dog.ableSince);
  await untilReady(alive);
  const stop = new AbortController();
  const workers: TaskWorker[] = Object.values(stages).map((h) => serve(h as Parameters<typeof serve>[0]));
  const messages = sender(Date.now);
  const loops = [
    runDispatcher(stop.signal),
    every(FLUSH_MS, 'flow rates', flushTallies, stop.signal),
    every(BEAT_MS, 'heartbeat', alive, stop.signal),
    every(BEAT_MS, 'watchdog', () => watch(dog), stop.signal),
    every(ALERTS_MS, 'alerts', async () => void (await wakeAlerts(Date.now())), stop.signal),
    every(HOLDS_MS, 'holds', async () => void (await sendHoldMessages(Date.now)), stop.signal),
    every(MESSAGES_MS, 'messages', async () => void (await messages.round()), stop.signal),
    every(DIGESTS_MS, 'digests', async () => void (await sendDigests(Date.now())), stop.signal),
    every(HOUSEKEEPING_MS, 'housekeeping', housekeeping, stop.signal),
    every(FLUSH_MS, 'rollups', () => fillRollups(stop.signal), stop.signal),
  ];
  log().info({ queues: workers.map((w) => w.name) }, 'workers ready');
  process.send?.('ready');

  let ending = false;
  const end = async (why: string) => {
    if (ending) return;
    ending = true;
    log().info({ why }, 'stopping: jobs under way are finished first');
    const force = setTimeout(() => {
      log().error('jobs under way did not finish in time; they are taken up again by another worker');
      process.exit(1);
    }, GRACE_MS);
    stop.abort();
    await Promise.all(workers.map((w) => w.close()));
    await Promise.all(loops);
    await messages.idle();
    await flushTallies();
    await lastBeat();
    await closeQueues();
    await closeDatabase();
    clearTimeout(force);
    process.exit(0);
  };
  for (const s of ['SIGTERM', 'SIGINT'] as const) process.on(s, () => void end(s));
  process.on('disconnect', () => void end('the launcher has gone'));
}

main().catch((e: Error) => {
  log().fatal({ err: e }, e.message);
  process.exit(1);
});
