import { readFileSync } from 'node:fs';
import type { ComputeFunction } from '@/lib/compute/define';
import { AppError } from '@/lib/errors';
import { decodeText } from '@/lib/formats/csv/decode';
import type { Json, JsonObject } from '@/lib/formats/json-schema';
import { jsonSchemaOf } from '@/lib/formats/json-schema';

/** What a flag's text means. */
type Kind = 'number' | 'boolean' | 'text' | 'numbers' | 'texts' | 'any';

export interface Flag {
  readonly field: string;
  /** Without the dashes. */
  readonly name: string;
  readonly kind: Kind;
  /** Shown for the value in the help. */
  readonly placeholder: string;
  readonly describe: string;
  readonly isRequired: boolean;
}

/** `gridOrder` → `grid-order`; a single letter keeps its case. */
export const flagName = (field: string): string =>
  field.length === 1 ? field : field.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

const of = (v: Json | undefined): JsonObject =>
  v !== null && typeof v === 'object' && !Array.isArray(v) ? (v as JsonObject) : {};
const listOf = (v: Json | undefined): readonly Json[] => (Array.isArray(v) ? (v as readonly Json[]) : []);

function kindOf(s: JsonObject): readonly [Kind, string] {
  if (s['enum'] !== undefined) return ['text', listOf(s['enum']).join('|')];
  switch (s['type']) {
    case 'number':
    case 'integer':
      return ['number', s['type'] === 'integer' ? 'n' : 'x'];
    case 'boolean':
      return ['boolean', ''];
    case 'string':
      return ['text', 'text'];
    case 'array': {
      const item = of(s['items']);
      const types = Array.isArray(item['type']) ? (item['type'] as readonly Json[]) : [item['type'] ?? null];
      if (types.some((t) => t === 'number' || t === 'integer')) return ['numbers', 'a,b,…'];
      if (types.includes('string')) return ['texts', 'a,b,…'];
      return ['any', 'json'];
    }
    default:
      return ['any', s['anyOf'] || s['oneOf'] ? 'value' : 'json'];
  }
}

function boundsOf(s: JsonObject): string {
  const number = (v: Json | undefined): v is number => typeof v === 'number' && Math.abs(v) < 1e15;
  const [lo, hi, above, below] = [s['minimum'], s['maximum'], s['exclusiveMinimum'], s['exclusiveMaximum']];
  const parts = [
    number(lo) ? `≥ ${lo}` : '',
    number(above) ? `> ${above}` : '',
    number(hi) ? `≤ ${hi}` : '',
    number(below) ? `< ${below}` : '',
  ].filter(Boolean);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** The flags of a function: one a field of its input. */
export function flagsOf(f: ComputeFunction): Flag[] {
  const schema = jsonSchemaOf(f.input);
  const required = new Set(listOf(schema['required']));
  return Object.entries(of(schema['properties'])).map(([field, raw]) => {
    const s = of(raw);
    const [kind, placeholder] = kindOf(s);
    const text = typeof s['description'] === 'string' ? s['description'] : '';
    return {
      field,
      name: flagName(field),
      kind,
      placeholder,
      describe: `${text}${boundsOf(s)}`,
      isRequired: required.has(field),
    };
  });
}

const refuse = (name: string, message: string): never => {
  throw new AppError('invalid_input', `--${name}: ${message}`, { field: name });
};

function number(name: string, text: string): number {
  const v = Number(text);
  if (text.trim() === '' || !Number.isFinite(v)) refuse(name, `"${text}" is not a number`);
  return v;
}

/** `1,2,5` or `from:to:step`, the end included. */
function numbers(name: string, text: string): number[] {
  return text.split(',').flatMap((part) => {
    const range = part.split(':');
    if (range.length === 1) return [number(name, part)];
    const [from, to, step] = range.map((v) => number(name, v));
    if (range.length !== 3 || !(step! > 0) || !(to! >= from!))
      refuse(name, `"${part}" is no range; write from:to:step, such as 300:800:10`);
    const count = Math.floor((to! - from!) / step! + 1e-9) + 1;
    if (count > 1e6) refuse(name, `"${part}" has ${count} values; at most a million are taken`);
    return Array.from({ length: count }, (_, i) => from! + i * step!);
  });
}

/** JSON of `@file`; where the file's object holds the field itself, that part of it: results pass on as they were written. */
function fromFile(flag: Flag, file: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (e) {
    return refuse(
      flag.name,
      `${file} cannot be read (${(e as NodeJS.ErrnoException).code ?? 'error'}); give a file that is there`,
    );
  }
  const v = json(flag, textOf(flag, file, bytes), `${file} is not JSON`);
  const isHolder = v !== null && typeof v === 'object' && !Array.isArray(v) && Object.hasOwn(v, flag.field);
  return isHolder ? (v as Record<string, unknown>)[flag.field] : v;
}

function textOf(flag: Flag, file: string, bytes: Uint8Array): string {
  try {
    return decodeText(bytes);
  } catch (e) {
    return refuse(flag.name, `${file}: ${(e as Error).message}`);
  }
}

function json(flag: Flag, text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (e) {
    return refuse(flag.name, `${what} (${(e as Error).message})`);
  }
}

/** The value that a flag's text means. @throws AppError `invalid_input` naming the flag. */
export function flagValue(flag: Flag, text: string): unknown {
  if (text.startsWith('@')) return fromFile(flag, text.slice(1));
  if (flag.kind === 'number') return number(flag.name, text);
  if (flag.kind === 'text') return text;
  if (/^\s*[[{]/.test(text)) return json(flag, text, 'the text is not JSON');
  if (flag.kind === 'numbers') return numbers(flag.name, text);
  if (flag.kind === 'texts') return text.split(',').map((v) => v.trim());
  // a word, a number, or JSON: what it can be read as
  const v = Number(text);
  return text.trim() !== '' && Number.isFinite(v) ? v : text === 'null' ? null : text;
}
