import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readJson, root } from './root.mjs';

/**
 * A process of the launcher.
 * @typedef {{ name: string, pid: number, process: import('node:child_process').ChildProcess, log: string | undefined, stopSignal: NodeJS.Signals,
 *   graceMs: number, running: boolean, stopping: boolean, output: string,
 *   exited: Promise<{ code: number | null, signal: string | null, error?: Error }> }} ManagedProcess
 */

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What distinguishes two processes with the same id: the start time, as counted by the system.
 * @returns {string | undefined} undefined when there is no such process (or it is a zombie)
 */
export function identity(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `ticks ${fields[19]}`;
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return line.trim() && !line.trim().startsWith('Z') ? line.trim().replace(/^\S+\s+/, '') : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the recorded process is still alive and the same one. */
export const isAlive = (record) =>
  Boolean(record?.pid) && record.identity !== undefined && identity(record.pid) === record.identity;

/** Last lines of a log file, for a message. */
export function tail(file, lines = 5) {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

function rotate(file, maxBytes = 5_000_000) {
  try {
    if (statSync(file).size > maxBytes) renameSync(file, `${file}.old`);
  } catch {
    // no log yet: nothing to rotate
  }
}

/**
 * Start a process in a group of its own, so that the terminal's Ctrl-C reaches the launcher only, which then stops the
 * parts in order. Its output goes to `log` (it outlives a killed launcher without a broken pipe), or to `onLine`. With `ipc`
 * the process learns by a `disconnect` that the launcher has gone.
 * @param {{ name: string, command: string, args: string[], env?: Record<string, string>, cwd?: string, log?: string | undefined,
 *   onLine?: ((line: string) => void) | undefined, uid?: number, gid?: number, ipc?: boolean, stopSignal?: NodeJS.Signals, graceMs?: number }} options
 * @returns {ManagedProcess}
 */
export function start({
  name,
  command,
  args,
  env = {},
  cwd = root,
  log,
  onLine,
  uid,
  gid,
  ipc = false,
  stopSignal = 'SIGTERM',
  graceMs = 10_000,
}) {
  if (log) rotate(log);
  const fd = log ? openSync(log, 'a', 0o600) : undefined;
  const out = onLine ? 'pipe' : (fd ?? 'ignore');
  const spawned = spawn(command, args, {
    cwd,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', out, onLine ? 'pipe' : out, ...(ipc ? ['ipc'] : [])],
    ...(uid === undefined ? {} : { uid, gid }),
  });
  if (fd !== undefined && !onLine) closeSync(fd);
  const child = {
    name,
    pid: spawned.pid,
    process: spawned,
    log,
    stopSignal,
    graceMs,
    running: true,
    stopping: false,
    output: '',
  };
  if (onLine) readLines(child, [spawned.stdout, spawned.stderr], fd, onLine);
  child.exited = new Promise((resolve) => {
    const ended = (result) => {
      child.running = false;
      resolve(result);
    };
    spawned.once('error', (error) => ended({ code: null, signal: null, error }));
    spawned.once(onLine ? 'close' : 'exit', (code, signal) => ended({ code, signal }));
  });
  return child;
}

function readLines(child, streams, fd, onLine) {
  for (const stream of streams) {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      if (fd !== undefined) writeFileSync(fd, text);
      child.output = (child.output + text).slice(-20_000);
      const lines = (rest + text).split(/\r?\n|\r/);
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim()) onLine(line);
    });
    stream.on('end', () => rest.trim() && onLine(rest));
  }
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // the group is gone, as intended
  }
}

/** A delay that keeps no process alive. */
const grace = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());

/**
 * Stop one process: its own signal first, SIGKILL to its whole group after the grace.
 * @param {ManagedProcess | undefined} child
 */
export async function stop(child) {
  if (!child) return;
  child.stopping = true;
  if (child.running && child.pid) {
    try {
      child.process.kill(child.stopSignal);
    } catch {
      // it ended between the check and the signal
    }
    await Promise.race([child.exited, grace(child.graceMs)]);
  }
  if (child.pid) signalGroup(child.pid, 'SIGKILL');
  if (child.pid) await child.exited;
}

/**
 * Kill a process and everything it started, at once.
 * @param {ManagedProcess | undefined} child
 */
export function kill(child) {
  if (!child?.pid) return;
  child.stopping = true;
  signalGroup(child.pid, 'SIGKILL');
}

/** Stop processes left over from a killed launcher, the last started first; each is checked to be the recorded one. */
export async function stopLeftovers(records) {
  const stopped = [];
  for (const record of [...records].reverse()) {
    if (!isAlive(record)) continue;
    try {
      process.kill(record.pid, record.stopSignal ?? 'SIGTERM');
      for (let i = 0; i < 100 && isAlive(record); i++) await wait(50);
      if (isAlive(record)) process.kill(record.pid, 'SIGKILL');
      for (let i = 0; i < 40 && isAlive(record); i++) await wait(50);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    stopped.push(record.name);
  }
  return stopped;
}

/**
 * The file that says which processes belong to a data folder.
 * @param {string} file - `run.json` in the data folder
 */
export function runFile(file) {
  const state = { launcher: undefined, address: undefined, children: [] };
  const write = () => writeFileSync(file, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  return {
    /** The record of the last launcher, and whether it still runs. */
    previous() {
      const old = readJson(file);
      return { children: old?.children ?? [], address: old?.address, runs: isAlive(old?.launcher), pid: old?.launcher?.pid };
    },
    claim() {
      state.launcher = { pid: process.pid, identity: identity(process.pid) };
      write();
    },
    setAddress(address) {
      state.address = address;
      write();
    },
    add(child) {
      state.children = state.children.filter((c) => c.name !== child.name);
      state.children.push({ name: child.name, pid: child.pid, identity: identity(child.pid), stopSignal: child.stopSignal });
      write();
    },
    clear() {
      rmSync(file, { force: true });
    },
  };
}
