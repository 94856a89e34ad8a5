import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { start, tail } from './processes.mjs';
import { Trouble, troubleIn } from './trouble.mjs';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a line means: our tools print `{"progress": 0.4, "note": "day 12 of 30"}` where no terminal is attached. */
function progressOf(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line);
    return typeof value.progress === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Run one of our own tools to its end, with its progress in the step's line.
 * @throws Trouble with the tool's last error line
 */
export async function runTask({ name, file, args, env, log, progress, onStart }) {
  if (!existsSync(file)) throw new Trouble(`${name}: ${file} is missing`, 'remove the folder dist and start again');
  const lines = [];
  const kid = start({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', file, ...args],
    env,
    log,
    onLine: (line) => {
      const told = progressOf(line);
      if (told) return progress.share(told.progress, told.note ?? '');
      lines.push(line);
      if (lines.length > 200) lines.shift();
    },
  });
  onStart(kid);
  const { code, signal, error } = await kid.exited;
  if (kid.stopping) throw new Trouble(`${name} was stopped`, 'start again to go on');
  if (code === 0) return lines;
  const output = lines.join('\n');
  const last =
    lines.findLast((line) => /^\w*Error\b|error:|✗/i.test(line)) ??
    lines.at(-1) ??
    error?.message ??
    `ended by ${signal ?? `code ${code}`}`;
  throw troubleIn(output, name) ?? new Trouble(`${name} failed (${last.trim().slice(0, 240)})`, `details are in ${log}`);
}

/** Wait until an address answers with success, as long as its process lives. */
export async function waitForAddress(url, kid, seconds = 60) {
  let last = '';
  for (const until = Date.now() + seconds * 1000; Date.now() < until && kid.running; ) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
      last = `status ${answer.status}${answer.ok ? '' : ` ${(await answer.text()).slice(0, 160)}`}`;
      if (answer.ok) return;
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
    await wait(100);
  }
  const log = tail(kid.log, 30);
  const reason = kid.running
    ? `no good answer from ${url} within ${seconds} s (${last})`
    : log.split('\n').findLast((l) => l.trim()) || 'it ended at once';
  throw (
    troubleIn(log, `starting ${kid.name}`) ??
    new Trouble(`${kid.name} did not come up: ${reason.trim().slice(0, 240)}`, `look into ${kid.log}`)
  );
}

/** Entry point inside a build. */
export const product = (build, ...parts) => join(build.dir, ...parts);
