import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { complete, platformOf } from './fix-lockfile.mjs';
import { sourceHash } from './lib/build.mjs';
import { settings } from './lib/demo-settings.mjs';
import { explain, LauncherError, troubleIn } from './lib/launcher-error.mjs';
import { anyPort, isFree, webPort } from './lib/ports.mjs';
import { identity, isAlive, runFile, start, stop, stopLeftovers } from './lib/processes.mjs';
import { inRoot } from './lib/root.mjs';
import { secrets } from './lib/secrets.mjs';
import { bar, elapsed } from './lib/ui.mjs';

const dir = mkdtempSync(join(tmpdir(), 'driftless-launcher-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('every script loads in a clone in which nothing is installed yet', async () => {
  const clone = join(dir, 'clone');
  for (const path of ['package.json', 'package-lock.json', 'scripts'])
    cpSync(inRoot(path), join(clone, path), { recursive: true });
  const modules = readdirSync(join(clone, 'scripts/lib')).filter((name) => name.endsWith('.mjs'));
  expect(modules.length).toBeGreaterThan(20);
  const lines: string[] = [];
  const child = start({
    name: 'loader',
    command: process.execPath,
    args: ['--input-type=module', '-e', modules.map((name) => `await import('./scripts/lib/${name}');`).join('\n')],
    cwd: clone,
    onLine: (line: string) => lines.push(line),
  });
  expect({ ...(await child.exited), lines: lines.filter((l) => /ERR_MODULE_NOT_FOUND/.test(l)) }).toMatchObject({
    code: 0,
    lines: [],
  });
});

const node = (script: string, more: Partial<Parameters<typeof start>[0]> = {}) =>
  start({ name: 'probe', command: process.execPath, args: ['-e', script], ...more });

describe('processes', () => {
  test('a process is stopped by its signal and its end is told', async () => {
    const lines: string[] = [];
    const child = node(
      "process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up');",
      {
        onLine: (line: string) => lines.push(line),
      },
    );
    await expect.poll(() => lines).toContain('up');
    await stop(child);
    expect(await child.exited).toMatchObject({ code: 0 });
    expect(lines).toEqual(['up', 'bye']);
  });

  test('one that does not listen is killed after its grace', async () => {
    const lines: string[] = [];
    const child = node("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up');", {
      graceMs: 150,
      onLine: (line: string) => lines.push(line),
    });
    await expect.poll(() => lines).toContain('up');
    await stop(child);
    expect((await child.exited).signal).toBe('SIGKILL');
  });

  test('a process is known again by pid and start, and left-overs are stopped', async () => {
    const child = node('setInterval(() => {}, 1000)', { log: join(dir, 'child.log') });
    const file = runFile(join(dir, 'run.json'));
    file.claim();
    file.add(child);
    const { children, runs } = runFile(join(dir, 'run.json')).previous();
    expect(runs).toBe(true);
    expect(children.map(isAlive)).toEqual([true]);
    expect(isAlive({ ...children[0], identity: 'another life' })).toBe(false);
    expect(await stopLeftovers(children)).toEqual(['probe']);
    expect(identity(child.pid)).toBeUndefined();
    file.clear();
  });

  test('a command that does not exist is an error, not an exception', async () => {
    const child = start({ name: 'nothing', command: join(dir, 'nothing'), args: [] });
    expect((await child.exited).error).toMatchObject({ code: 'ENOENT' });
    await stop(child);
  });
});

describe('ports', () => {
  test('a taken port is refused with a free one to try', async () => {
    const port = await anyPort();
    const server = createServer().listen(port, '127.0.0.1');
    await expect.poll(() => isFree(port)).toBe(false);
    await expect(webPort(String(port))).rejects.toThrow(`port ${port} is taken`);
    expect((await webPort('', port)).moved).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    expect(await webPort(String(port))).toEqual({ port, moved: false });
  });

  test.each(['abc', '0', '70000', '3.5'])('PORT=%s is not a port', async (text) => {
    await expect(webPort(text)).rejects.toThrow('is not a port');
  });
});

describe('what the person reads', () => {
  test('errors are one line with a remedy', () => {
    expect(explain(new LauncherError('port 3000 is taken', 'choose another'))).toBe('port 3000 is taken: choose another');
    expect(explain(Object.assign(new Error('x'), { code: 'ENOSPC', path: '/d/f' }))).toMatch(/^the disk is full \(\/d\/f\)/);
    expect(explain(Object.assign(new Error('x'), { code: 'EACCES', syscall: 'mkdir', path: '/d' }))).toMatch(
      /^no permission to mkdir \(\/d\)/,
    );
    expect(explain(new Error('first\n  second'), '/log')).toBe('first second: details are in /log');
  });

  test('a full disk is found in the output of a process', () => {
    const text = 'LOG: x\nFATAL: could not write lock file "postmaster.pid": No space left on device\n';
    expect(troubleIn(text, 'starting the database')?.message).toContain('starting the database: the disk is full');
    expect(troubleIn('all is well', 'starting')).toBeUndefined();
  });

  test('times and bars', () => {
    expect([elapsed(420), elapsed(12_400), elapsed(185_000)]).toEqual(['0.4 s', '12 s', '3 min 05 s']);
    expect(bar(0.5, 4)).toBe('██░░  50 %');
    expect(bar(Number.NaN, 2)).toBe('░░   0 %');
  });
});

describe('settings and secrets', () => {
  test('unknown options and unusable numbers are named', () => {
    expect(() => settings(['--rest'])).toThrow('unknown option --rest');
    const before = process.env['DEMO_DAYS'];
    process.env['DEMO_DAYS'] = '-1';
    expect(() => settings([])).toThrow('DEMO_DAYS=-1');
    if (before === undefined) delete process.env['DEMO_DAYS'];
    else process.env['DEMO_DAYS'] = before;
  });

  test('secrets are made once', () => {
    const first = secrets(join(dir, 'secrets.json'));
    expect(secrets(join(dir, 'secrets.json'))).toEqual(first);
    expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
  });

  test('the same sources have the same name', () => {
    expect(sourceHash()).toBe(sourceHash());
  });
});

describe('lock file', () => {
  test('platforms are read from names', () => {
    expect(platformOf('@next/swc-darwin-arm64')).toEqual({ os: ['darwin'], cpu: ['arm64'] });
    expect(platformOf('@biomejs/cli-linux-x64-musl')).toEqual({ os: ['linux'], cpu: ['x64'], libc: ['musl'] });
    expect(platformOf('@next/swc-win32-x64-msvc')).toEqual({ os: ['win32'], cpu: ['x64'] });
  });

  test('missing platform packages are added once, addresses are taken out', () => {
    const lock = {
      packages: {
        '': {},
        'node_modules/a': {
          version: '1.0.0',
          resolved: 'https://x',
          optionalDependencies: { 'a-darwin-arm64': '1.0.0', 'a-linux-x64': '1.0.0', fsevents: '~2.3.3' },
        },
        'node_modules/a-linux-x64': { version: '1.0.0', optional: true },
      } as Record<string, Record<string, unknown>>,
    };
    expect(complete(lock)).toEqual(['a-darwin-arm64@1.0.0']);
    expect(complete(lock)).toEqual([]);
    expect(lock.packages['node_modules/a-darwin-arm64']).toEqual({
      version: '1.0.0',
      optional: true,
      os: ['darwin'],
      cpu: ['arm64'],
    });
    expect(lock.packages['node_modules/a']).not.toHaveProperty('resolved');
  });

  test('the lock file of the project is complete', () => {
    const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
    expect(complete(lock)).toEqual([]);
  });
});
