import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Mismatch } from '../types';

/** A case for the command line: what is typed, what is piped in, and what a right answer is. */
export interface CommandCase {
  readonly id: string;
  readonly command: string;
  readonly input: unknown;
  readonly expect: {
    readonly values?: Readonly<Record<string, number>>;
    readonly rel?: number;
    readonly range?: Readonly<Record<string, readonly [number, number]>>;
    readonly equal?: Readonly<Record<string, unknown>>;
    readonly ok?: boolean;
    readonly error?: string;
  };
}

export const isCommandCase = (c: object): c is CommandCase => 'command' in c && 'expect' in c && 'input' in c;

const LAUNCHER = fileURLToPath(new URL('../../../cli/driftless.mjs', import.meta.url));

/** The value at a place such as `anova.1.pValue`; undefined where there is none. */
function at(result: unknown, place: string): unknown {
  let v = result;
  for (const key of place.split('.')) {
    if (v === null || typeof v !== 'object') return undefined;
    v = (v as Record<string, unknown>)[key];
  }
  return v;
}

const pattern = (text: string): RegExp => (text.startsWith('(?i)') ? new RegExp(text.slice(4), 'i') : new RegExp(text));

/** Runs the built command with the input on standard input; what differs from the expectation. */
export function runCommand(c: CommandCase): Mismatch[] {
  const run = spawnSync(process.execPath, [LAUNCHER, ...c.command.split(' '), '-'], {
    input: JSON.stringify(c.input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const { values = {}, rel = 0, range = {}, equal = {}, error } = c.expect;
  const said = run.stderr.trim();
  if (error !== undefined) {
    const isRight = run.status === 2 && run.stdout === '' && !said.includes('\n') && pattern(error).test(said);
    return isRight
      ? []
      : [{ path: 'error', got: `exit code ${run.status}: ${said || run.stdout}`, expected: error, tolerance: 'exit code 2' }];
  }
  if (run.status !== 0) return [{ path: 'exit code', got: `${run.status}: ${said}`, expected: 0, tolerance: '' }];
  const result: unknown = JSON.parse(run.stdout);
  const out: Mismatch[] = [];
  for (const [path, expected] of Object.entries(values)) {
    const got = at(result, path);
    if (!(typeof got === 'number' && Math.abs(got - expected) <= rel * Math.abs(expected)))
      out.push({ path, got, expected, tolerance: `rel ${rel}` });
  }
  for (const [path, [low, high]] of Object.entries(range)) {
    const got = at(result, path);
    if (!(typeof got === 'number' && got >= low && got <= high))
      out.push({ path, got, expected: `[${low}, ${high}]`, tolerance: '' });
  }
  for (const [path, expected] of Object.entries(equal))
    if (!isDeepStrictEqual(at(result, path), expected)) out.push({ path, got: at(result, path), expected, tolerance: 'exact' });
  return out;
}
