import { dirname } from 'node:path';
import { diskTrouble } from './demo-settings.mjs';
import { explain } from './launcher-error.mjs';
import { kill, stop } from './processes.mjs';
import { fail, say, step, warn } from './ui.mjs';

/** All running processes in the order in which they were started, and how they end. */
export function processGroup(run) {
  let members = [];
  let ending;
  const last = [() => run.clear()];
  const stopAll = async (code) => {
    for (const child of [...members].reverse()) {
      if (!child.running) continue;
      if (code === 0) await step(`Stopping ${child.name}`, () => stop(child));
      else await stop(child); // the last line on screen says what went wrong
    }
    for (const work of last) work();
    process.exit(code);
  };
  return {
    /** A short task to run when all have stopped. */
    atEnd: (work) => last.push(work),
    /** A process that ends by itself, such as npm, and is stopped with the rest. */
    passing: (child) => {
      members = members.filter((k) => k.running);
      members.push(child);
    },
    /** A process that stays; `onLoss` is called when it ends unasked. */
    keep(child, onLoss) {
      const before = members.findIndex((k) => k.name === child.name);
      if (before < 0) members.push(child);
      else members[before] = child; // restarted: it keeps its place in the stop order
      run.add(child);
      child.exited.then((result) => {
        if (!ending && !child.stopping) onLoss(result);
      });
      return child;
    },
    isEnding: () => ending !== undefined,
    end(code) {
      ending ??= stopAll(code);
      return ending;
    },
    killAll() {
      for (const child of members) if (child.running) kill(child);
      for (const work of last) work();
      process.exit(1);
    },
  };
}

/** Stop in order at the first signal, at once at the second; npm repeats the terminal's signal at once, which still counts as the first. */
export function onSignals(team) {
  let askedAt;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (askedAt !== undefined) return Date.now() - askedAt > 800 && team.killAll();
      askedAt = Date.now();
      say('');
      team.end(0);
    });
  }
}

/** Deaths within this time count together; after more than `MOST_DEATHS` a process is given up. */
const DEATHS_MS = 60_000;
const MOST_DEATHS = 3;

/**
 * Restarts a process when it dies, with growing pauses, unless it keeps dying: then everything ends, with a line that says why.
 * @param {ReturnType<typeof processGroup>} team
 * @param {() => import('./processes.mjs').ManagedProcess | Promise<import('./processes.mjs').ManagedProcess>} make - restarts it; may wait until it answers
 * @param {import('./processes.mjs').ManagedProcess} first - the process that is running already
 * @param {number} pauseMs - after the first death; grows with each one
 */
export function keepAlive(team, make, first = make(), pauseMs = 1000) {
  const { name, log } = first;
  let deaths = [];
  const lost = (why) => {
    deaths = [...deaths.filter((at) => Date.now() - at < DEATHS_MS), Date.now()];
    if (deaths.length > MOST_DEATHS) {
      const full = log && diskTrouble(dirname(log));
      fail(full ? explain(full) : `${name} keeps ending (${why}): look into ${log}`);
      return team.end(1);
    }
    warn(`${name} ended (${why}) and is started again`);
    setTimeout(again, pauseMs * deaths.length);
  };
  const again = async () => {
    if (team.isEnding()) return;
    try {
      const child = await make();
      if (team.isEnding()) return void stop(child);
      watch(child);
      say(`${name} runs again.`);
    } catch (error) {
      if (!team.isEnding()) lost(explain(error));
    }
  };
  const watch = (child) => team.keep(child, ({ code, signal }) => lost(signal ?? `code ${code}`));
  watch(first);
  return first;
}
