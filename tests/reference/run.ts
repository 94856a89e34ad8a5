import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandCase, isCommandCase, runCommand } from './commands/run-command';
import { compareCase } from './compare';
import { registry } from './registry';
import type { Input, Mismatch, ReferenceCase, ReferenceMethod, Tolerance } from './types';

/**
 * Runs every case of the reference folders: the copies beside this file, and `REFERENCE_DIR` when set, sub-folders included.
 * Prints each failure with got, expected and tolerance, and last `N passed, N failed`. Exit code 1 on any failure.
 */
const SHOWN_PER_CASE = 5;
const SCHEMAS = ['stats-reference/1', 'optics-reference/1'];

type AnyCase = ReferenceCase | CommandCase;

function jsonFiles(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return jsonFiles(path);
      return name.endsWith('.json') ? [path] : [];
    });
}

function readCases(path: string): AnyCase[] {
  const file: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (file === null || typeof file !== 'object' || !('cases' in file) || !Array.isArray(file.cases)) return [];
  const head = file as { schema?: string; model?: string; cases: Record<string, unknown>[] };
  const commands = (head.cases as readonly object[]).filter(isCommandCase);
  if (commands.length > 0 && commands.length === head.cases.length) return commands;
  const schema = head.schema ?? '';
  if (!SCHEMAS.includes(schema)) throw new Error(`${path}: schema "${schema}" is not one of ${SCHEMAS.join(', ')}`);
  return head.cases.map((c) => ({
    id: String(c['id']),
    method: typeof c['method'] === 'string' ? c['method'] : (head.model ?? ''),
    schema,
    file: path,
    input: (c['input'] ?? c['inputs'] ?? {}) as Input,
    expected: (c['expected'] ?? {}) as Input,
    tolerance: (c['tolerance'] ?? {}) as Tolerance,
  }));
}

function runCase(c: AnyCase): Mismatch[] {
  if (isCommandCase(c)) return runCommand(c);
  const entry = registry[c.method];
  if (!entry) return [{ path: 'method', got: 'no such method in the registry', expected: c.method, tolerance: '' }];
  const method: ReferenceMethod = typeof entry === 'function' ? { compute: entry } : entry;
  try {
    const got = method.compute(c);
    return (method.compare ?? compareCase)(got, c);
  } catch (e) {
    return [
      {
        path: '',
        got: e instanceof Error ? `${e.message}\n${(e.stack ?? '').split('\n').slice(1, 4).join('\n')}` : String(e),
        expected: 'a result',
        tolerance: '',
      },
    ];
  }
}

const here = fileURLToPath(new URL('.', import.meta.url));
const folders = process.argv.slice(2).length > 0 ? process.argv.slice(2) : [here];
const extra = process.env['REFERENCE_DIR'];
if (extra) folders.push(extra);
let passed = 0;
let failed = 0;
for (const folder of folders) {
  if (!existsSync(folder)) {
    console.error(`reference folder ${folder} does not exist`);
    failed++;
    continue;
  }
  const files = statSync(folder).isDirectory() ? jsonFiles(folder) : [folder];
  for (const path of files) {
    const start = performance.now();
    let bad = 0;
    let cases: AnyCase[] = [];
    try {
      cases = readCases(path);
    } catch (e) {
      failed++;
      console.log(`FAIL ${relative(process.cwd(), path)}: ${e instanceof Error ? e.message : String(e)}`);
      continue;
    }
    for (const c of cases) {
      const problems = runCase(c);
      if (problems.length === 0) {
        passed++;
        continue;
      }
      failed++;
      bad++;
      console.log(`FAIL ${c.id} (${isCommandCase(c) ? c.command : c.method})`);
      for (const p of problems.slice(0, SHOWN_PER_CASE)) {
        console.log(
          `  ${p.path}: got ${format(p.got)}, expected ${format(p.expected)}${p.tolerance ? `, tolerance ${p.tolerance}` : ''}`,
        );
      }
      if (problems.length > SHOWN_PER_CASE) console.log(`  ... and ${problems.length - SHOWN_PER_CASE} more`);
    }
    if (cases.length > 0) {
      const ms = Math.round(performance.now() - start);
      console.log(`${relative(process.cwd(), path)}: ${cases.length - bad} of ${cases.length} cases (${ms} ms)`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function format(v: unknown): string {
  if (typeof v === 'string') return v;
  const s = JSON.stringify(v) ?? String(v);
  return s.length > 160 ? `${s.slice(0, 160)}...` : s;
}
