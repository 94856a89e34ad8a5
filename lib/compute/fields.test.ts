import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type JsonObject, jsonSchemaOf } from '@/lib/formats/openapi';
import { compute } from './compute';
import type { ComputeFunction } from './define';
import { allFunctions, CAPABILITIES, type CapabilityName } from './registry';

const HEAD = `# Fields of the command line and the compute API

What every function takes and gives, made from the registry (\`lib/compute\`): a test compares this page with it, and
\`npx vitest run --project unit lib/compute/fields.test.ts -u\` writes it anew. Fields in **bold** are needed; what the result holds is that of the
function's own example.
`;

const oneLine = (s: unknown): string => String(s ?? '').replace(/\s+/g, ' ');

function inputLines(f: ComputeFunction): string[] {
  const { properties, required = [] } = jsonSchemaOf(f.input) as unknown as {
    properties: Record<string, JsonObject>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, s]) => {
    const words = oneLine(s['description']);
    return `- ${required.includes(name) ? `**\`${name}\`**` : `\`${name}\``}${words === '' ? '' : `: ${words}`}`;
  });
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
/** A key that is an index or an order (`0`, `-1`, `0,1`) rather than a name. */
const isPlace = (key: string): boolean => /^-?\d+(,-?\d+)*$/.test(key);

/** Names of a result's fields; those of objects, and of the objects of lists, behind them in braces. */
function shape(v: unknown, depth: number): string {
  const of = Array.isArray(v) ? v.find(isObject) : v;
  if (depth === 0 || !isObject(of)) return '';
  const keys = Object.keys(of);
  if (keys.length === 0 || keys.some(isPlace)) return '';
  return `${Array.isArray(v) ? '[]' : ''}{${keys.map((k) => k + shape(of[k], depth - 1)).join(', ')}}`;
}

async function partOf(f: ComputeFunction): Promise<string> {
  const result = (await compute(f.path, structuredClone(f.example))) as Record<string, unknown>;
  const out = Object.keys(result).map((k) => `\`${k}${shape(result[k], 2)}\``);
  const tables = Object.keys(f.table?.write ?? {});
  return [
    `### ${f.path.replace('/', ' ')}`,
    `${f.title}. ${f.text}`,
    inputLines(f).join('\n'),
    `Result: ${out.join(', ')}.${tables.length > 0 ? ` Tables: ${tables.join(', ')}.` : ''}`,
  ].join('\n\n');
}

/** The page that lists every field of every function, as Markdown. */
async function fieldsPage(functions: readonly ComputeFunction[]): Promise<string> {
  const parts: string[] = [HEAD];
  for (const [name, { title }] of Object.entries(CAPABILITIES) as [CapabilityName, { title: string }][]) {
    parts.push(`## ${name}: ${title}`);
    for (const f of functions) if (f.path.startsWith(`${name}/`)) parts.push(await partOf(f));
  }
  return `${parts.join('\n\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

const docs = new URL('../../docs/', import.meta.url).pathname;

test('the page of all fields is that of the registry', async () => {
  await expect(await fieldsPage(await allFunctions())).toMatchFileSnapshot(`${docs}cli-fields.md`);
});

test('the overview names every function of every capability, and none that is not', async () => {
  const rows = readFileSync(`${docs}cli.md`, 'utf8')
    .split('\n')
    .filter((l) => /^\| [a-z, ]+ \| /.test(l) && !l.includes('capability |'));
  const named = new Set<string>();
  for (const row of rows) {
    const [, who = '', what = ''] = row.split('|').map((c) => c.trim());
    const groups = what.replace(/\([^)]*\)/g, '').split(';');
    who.split(', ').forEach((name, k) => {
      for (const f of (groups[k] ?? '').split(',')) if (f.trim() !== '') named.add(`${name}/${f.trim()}`);
    });
  }
  expect(Object.keys(CAPABILITIES).length).toBeGreaterThan(10);
  expect([...named].sort()).toEqual((await allFunctions()).map((f) => f.path).sort());
});
