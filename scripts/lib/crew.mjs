import { dirname } from 'node:path';
import { diskTrouble } from './demo-settings.mjs';
import { kill, stop } from './processes.mjs';
import { explain } from './trouble.mjs';
import { fail, say, step, warn } from './ui.mjs';

/** All running parts in the order in which they were started, and how they end. */
export function crew(run) {
  let kids = [];
  let ending;
  const last = [() => run.clear()];
  const stopAll = async (code) => {
    for (const kid of [...kids].reverse()) {
      if (!kid.running) continue;
      if (code === 0) await step(`Stopping ${kid.name}`, () => stop(kid));
      else await stop(kid); // the last line on screen is what went wrong
    }
    for (const work of last) work();
    process.exit(code);
  };
  return {
    /** Something small to do when all have stopped. */
    atEnd: (work) => last.push(work),
    /** A helper that ends by itself, such as npm: only to be ended with the rest. */
    passing: (kid) => {
      kids = kids.filter((k) => k.running);
      kids.push(kid);
    },
    /** A part that stays; `onLoss` is called when it ends without being asked. */
    keep(kid, onLoss) {
      const before = kids.findIndex((k) => k.name === kid.name);
      if (before < 0) kids.push(kid);
      else kids[before] = kid; // started again: it keeps its place in the order of stopping
      run.add(kid);
      kid.exited.then((result) => {
        if (!ending && !kid.stopping) onLoss(result);
      });
      return kid;
    },
    isEnding: () => ending !== undefined,
    end(code) {
      ending ??= stopAll(code);
      return ending;
    },
    killAll() {
      for (const kid of kids) if (kid.running) kill(kid);
      for (const work of last) work();
      process.exit(1);
    },
  };
}

/** Stop in order at the first signal, at once at the second; npm repeats the terminal's signal within moments, which is still the first. */
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

/** Deaths within this time count together; after more than this many a part is given up. */
const DEATHS_MS = 60_000;
const MOST_DEATHS = 3;

/**
 * A part that is started again when it dies, with growing pauses, unless it keeps dying: then everything ends, with a line that says why.
 * @param {ReturnType<typeof crew>} team
 * @param {() => import('./processes.mjs').Kid | Promise<import('./processes.mjs').Kid>} make - starts it again; may wait until it answers
 * @param {import('./processes.mjs').Kid} first - the one that runs already
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
      const kid = await make();
      if (team.isEnding()) return void stop(kid);
      watch(kid);
      say(`${name} runs again.`);
    } catch (error) {
      if (!team.isEnding()) lost(explain(error));
    }
  };
  const watch = (kid) => team.keep(kid, ({ code, signal }) => lost(signal ?? `code ${code}`));
  watch(first);
  return first;
}
