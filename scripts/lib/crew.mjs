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
      kids.push(kid);
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

/** A part that is started again when it dies, unless it keeps dying. */
export function keepAlive(team, make, deaths = []) {
  const kid = make();
  team.keep(kid, ({ code, signal }) => {
    const recent = [...deaths.filter((at) => Date.now() - at < 60_000), Date.now()];
    if (recent.length > 3) {
      const full = diskTrouble(dirname(kid.log));
      fail(full ? explain(full) : `${kid.name} keeps ending (${signal ?? `code ${code}`}): look into ${kid.log}`);
      return team.end(1);
    }
    warn(`${kid.name} ended (${signal ?? `code ${code}`}) and is started again`);
    setTimeout(() => team.isEnding() || keepAlive(team, make, recent), 1000 * recent.length);
  });
  return kid;
}
