import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { jsonSchemaOf } from '@/lib/formats/json-schema';
import { compute } from './compute';
import type { ComputeFunction } from './define';
import { allFunctions } from './registry';

/**
 * What every function must do with less than its own example: an optional field that is left out takes its default, and a missing value gives a gap
 * in the right place of the result. In both cases a refusal over an undefined number in the result is a bug.
 */
type Loose = Record<string, unknown>;
interface Schema {
  readonly properties: Readonly<Record<string, Loose>>;
  readonly required?: readonly string[];
}
const schemaOf = (f: ComputeFunction): Schema => jsonSchemaOf(f.input) as unknown as Schema;
const exampleOf = (f: ComputeFunction): Loose => JSON.parse(JSON.stringify(f.example));
const SLOW = ['fit/posterior', 'fit/surrogate-train', 'fit/surrogate', 'fit/library', 'fit/global'];
const functions = (await allFunctions()).filter((f) => !SLOW.includes(f.path)).map((f) => [f.path, f] as const);

/** Message of a refusal; empty where there is an answer. */
async function refusal(f: ComputeFunction, input: Loose): Promise<string> {
  try {
    await compute(f.path, input);
    return '';
  } catch (e) {
    if (!(e instanceof AppError) || e.status >= 500) throw e;
    return e.message;
  }
}

const MEANINGLESS = /is not determined by this input|NaN|undefined/;

describe('an optional field that is left out has its default', () => {
  test.each(functions)(
    '%s',
    async (_, f) => {
      const { required = [] } = schemaOf(f);
      for (const field of Object.keys(f.example).filter((k) => !required.includes(k))) {
        const input = exampleOf(f);
        delete input[field];
        expect(await refusal(f, input), `without ${field}`).not.toMatch(MEANINGLESS);
      }
    },
    60_000,
  );
});

const mayMiss = (s: Loose | undefined): boolean => {
  const item = (s?.['items'] as Loose | undefined)?.['type'];
  return Array.isArray(item) && item.includes('null');
};
const inRows = (s: Loose | undefined): Loose | undefined => s?.['items'] as Loose | undefined;

describe('a value that may be missing leaves the others', () => {
  const nullable = functions.filter(([, f]) =>
    Object.entries(schemaOf(f).properties).some(([k, s]) => Array.isArray(f.example[k]) && (mayMiss(s) || mayMiss(inRows(s)))),
  );
  test('they are found', () => expect(nullable.length).toBeGreaterThan(25));
  test.each(nullable)(
    '%s',
    async (_, f) => {
      const { properties } = schemaOf(f);
      for (const [field, s] of Object.entries(properties)) {
        const list = f.example[field];
        if (!Array.isArray(list) || list.length < 4 || !(mayMiss(s) || mayMiss(inRows(s)))) continue;
        for (const k of [0, list.length >> 1, list.length - 1]) {
          const changed = list.map((v, i) => (i !== k ? v : Array.isArray(v) ? [null, ...v.slice(1)] : null));
          expect(await refusal(f, { ...exampleOf(f), [field]: changed }), `${field}[${k}] missing`).not.toMatch(MEANINGLESS);
        }
      }
    },
    60_000,
  );
});
