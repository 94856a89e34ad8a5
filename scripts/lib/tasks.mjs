import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherError, troubleIn } from './launcher-error.mjs';
import { start, tail } from './processes.mjs';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The meaning of a line: our tools print `{"progress": 0.4, "note": "day 12 of 30"}` where no terminal is attached. */
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
 * Run one of our tools to completion, with its progress in the step's line.
 * @throws LauncherError with the tool's last error line
 */
export async function runTask({ name, file, args, env, log, progress, onStart }) {
  if (!existsSync(file)) throw new LauncherError(`${name}: ${file} is missing`, 'remove the folder dist and start again');
  const lines = [];
  const child = start({
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
  onStart(child);
  const { code, signal, error } = await child.exited;
  if (child.stopping) throw new LauncherError(`${name} was stopped`, 'start again to go on');
  if (code === 0) return lines;
  const output = lines.join('\n');
  const last =
    lines.findLast((line) => /^\w*Error\b|error:|✗/i.test(line)) ??
    lines.at(-1) ??
    error?.message ??
    `ended by ${signal ?? `code ${code}`}`;
  throw troubleIn(output, name) ?? new LauncherError(`${name} failed (${last.trim().slice(0, 240)})`, `details are in ${log}`);
}

/** Wait until an address answers with success, as long as its process is alive. */
export async function waitForAddress(url, child, seconds = 60) {
  let last = '';
  for (const until = Date.now() + seconds * 1000; Date.now() < until && child.running; ) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
      last = `status ${answer.status}${answer.ok ? '' : ` ${(await answer.text()).slice(0, 160)}`}`;
      if (answer.ok) return;
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
    await wait(100);
  }
  const log = tail(child.log, 30);
  const reason = child.running
    ? `no good answer from ${url} within ${seconds} s (${last})`
    : log.split('\n').findLast((l) => l.trim()) || 'it ended at once';
  throw (
    troubleIn(log, `starting ${child.name}`) ??
    new LauncherError(`${child.name} did not come up: ${reason.trim().slice(0, 240)}`, `look into ${child.log}`)
  );
}

/** Entry point inside a build. */
export const product = (build, ...parts) => join(build.dir, ...parts);
