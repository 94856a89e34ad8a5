import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type CommandCase, isCommandCase, runCommand } from './commands/run-command';
import { compareCase } from './compare';
import { registry } from './registry';
import type { Input, Mismatch, ReferenceCase, ReferenceMethod, Tolerance } from './types';

const SHOWN_PER_CASE = 5;
const SCHEMAS = ['stats-reference/1', 'optics-reference/1'];

type AnyCase = ReferenceCase | CommandCase;

/** What a share of the cases of a file gave: failures are among the lines. */
export interface FileResult {
  readonly path: string;
  readonly passed: number;
  readonly failed: number;
  readonly ms: number;
  readonly lines: readonly string[];
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

/** Every `of`-th case of a file, from number `part` on. */
export function runFile(path: string, part: number, of: number): FileResult {
  const start = performance.now();
  const lines: string[] = [];
  let cases: AnyCase[] = [];
  try {
    cases = readCases(path).filter((_, i) => i % of === part);
  } catch (e) {
    const line = `FAIL ${relative(process.cwd(), path)}: ${e instanceof Error ? e.message : String(e)}`;
    return part === 0 ? { path, passed: 0, failed: 1, ms: 0, lines: [line] } : { path, passed: 0, failed: 0, ms: 0, lines };
  }
  let failed = 0;
  for (const c of cases) {
    const problems = runCase(c);
    if (problems.length === 0) continue;
    failed++;
    lines.push(
      `FAIL ${c.id} (${isCommandCase(c) ? c.command : c.method})`,
      ...problems.slice(0, SHOWN_PER_CASE).map(problemLine),
    );
    if (problems.length > SHOWN_PER_CASE) lines.push(`  ... and ${problems.length - SHOWN_PER_CASE} more`);
  }
  return { path, passed: cases.length - failed, failed, ms: performance.now() - start, lines };
}

const problemLine = (p: Mismatch): string =>
  `  ${p.path}: got ${format(p.got)}, expected ${format(p.expected)}${p.tolerance ? `, tolerance ${p.tolerance}` : ''}`;

function format(v: unknown): string {
  if (typeof v === 'string') return v;
  const s = JSON.stringify(v) ?? String(v);
  return s.length > 160 ? `${s.slice(0, 160)}...` : s;
}
