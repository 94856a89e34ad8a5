import { fork } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FileResult, runFile } from './run-file';

/**
 * Runs every case of the reference folders: the copies beside this file, and `REFERENCE_DIR` when set, sub-folders included; the cases are
 * shared among as many processes as there are cores. Prints each failure with got, expected and tolerance, and last `N passed, N failed`.
 * Exit code 1 on any failure.
 */
const here = fileURLToPath(new URL('.', import.meta.url));

function jsonFiles(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return jsonFiles(path);
      return name.endsWith('.json') ? [path] : [];
    });
}

function filesOf(folders: readonly string[]): string[] {
  const missing = folders.find((f) => !existsSync(f));
  if (missing !== undefined) throw new Error(`reference folder ${missing} does not exist`);
  return folders.flatMap((f) => (statSync(f).isDirectory() ? jsonFiles(f) : [f]));
}

/** One share of all cases, in a process of its own, file by file. */
function share(folders: readonly string[], part: number, of: number, onFile: (r: FileResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), folders, { env: { ...process.env, REFERENCE_PART: `${part}/${of}` } });
    child.on('message', (r) => onFile(r as FileResult));
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a process of the reference cases ended with ${code}`)),
    );
  });
}

async function runAll(folders: readonly string[]): Promise<void> {
  filesOf(folders); // a folder that is not there is reported once, before anything runs
  const of = availableParallelism();
  const parts = new Map<string, FileResult[]>();
  let [passed, failed] = [0, 0];
  const tell = (r: FileResult): void => {
    const list = [...(parts.get(r.path) ?? []), r];
    parts.set(r.path, list);
    passed += r.passed;
    failed += r.failed;
    for (const line of r.lines) console.log(line);
    const sum = (f: (x: FileResult) => number) => list.reduce((s, x) => s + f(x), 0);
    const cases = sum((x) => x.passed + x.failed);
    if (list.length === of && cases > 0)
      console.log(
        `${relative(process.cwd(), r.path)}: ${sum((x) => x.passed)} of ${cases} cases (${Math.round(sum((x) => x.ms))} ms)`,
      );
  };
  await Promise.all(Array.from({ length: of }, (_, part) => share(folders, part, of, tell)));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

const given = process.argv.slice(2);
const mine = process.env['REFERENCE_PART'];
if (mine === undefined) {
  const extra = process.env['REFERENCE_DIR'];
  await runAll([...(given.length > 0 ? given : [here]), ...(extra ? [extra] : [])]);
} else {
  const [part, of] = mine.split('/').map(Number) as [number, number];
  for (const path of filesOf(given)) process.send!(runFile(path, part, of));
}
