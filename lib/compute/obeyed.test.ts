import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { jsonSchemaOf } from '@/lib/formats/json-schema';
import { compute } from './compute';
import type { ComputeFunction } from './define';
import { allFunctions } from './registry';

/**
 * Requirements on every function, tested with its own example: a changed input is refused by a message that names a field, or answered with finite
 * numbers; no input is ignored silently.
 */
const functions = await allFunctions();

/** Standard uncertainties of data, one per value. */
const UNCERTAIN = ['u', 'uDx', 'uDy', 'sigma'];

type Loose = Record<string, unknown>;
type Outcome = { readonly text: string } | { readonly refused: string; readonly field: string };

/** Fewer steps than the example where a call is made a hundred times: all that matters is whether the answer changes. */
const SHORT: Readonly<Record<string, Loose>> = {
  'fit/posterior': { steps: 8, walkers: 6 },
  'fit/global': { starts: 3 },
  'fit/surrogate-train': { epochs: 6 },
};
const exampleOf = (f: ComputeFunction): Loose => ({ ...JSON.parse(JSON.stringify(f.example)), ...SHORT[f.path] });

/** Answer as text, or the message of a refusal; anything else is a fault of the program. */
async function outcome(f: ComputeFunction, input: Loose): Promise<Outcome> {
  try {
    return { text: JSON.stringify(await compute(f.path, input)) };
  } catch (e) {
    if (!(e instanceof AppError) || e.status >= 500) throw e;
    expect(e.message.length).toBeGreaterThan(10);
    return { refused: e.message, field: String(e.details['field'] ?? '') };
  }
}

const isNumbers = (v: unknown): v is number[] => Array.isArray(v) && v.length > 1 && v.every((x) => typeof x === 'number');
const isMatrix = (v: unknown): v is number[][] => Array.isArray(v) && v.length > 1 && v.every((r) => isNumbers(r));
const lists = (f: ComputeFunction): string[] =>
  Object.entries(exampleOf(f)).flatMap(([k, v]) => (Array.isArray(v) && v.length > 1 ? [k] : []));
const named = functions.map((f) => [f.path, f] as const);
const withLists = named.filter(([, f]) => lists(f).length > 0);

/** Lists whose entries need no counterpart: a longer one is a larger problem, not a fault. */
describe('a list of another length is refused by name, or answered for what it is', () => {
  test.each(withLists)('%s', async (_, f) => {
    const before = await outcome(f, exampleOf(f));
    const groups = f.relations?.sameLength ?? [];
    for (const field of lists(f)) {
      const input = exampleOf(f);
      const list = input[field] as unknown[];
      const partners = groups
        .filter((g) => g.includes(field))
        .flatMap((g) => g.filter((o) => o !== field && input[o] !== undefined));
      const other = isNumbers(list) ? 1.37 * list[0]! + 0.11 : list[0];
      const after = [
        await outcome(f, { ...input, [field]: list.slice(0, -1) }),
        await outcome(f, { ...input, [field]: [...list, other] }),
      ];
      if (partners.length > 0)
        for (const o of after) expect(o, `${field} of another length than ${partners}`).toHaveProperty('refused');
      expect(
        after.some((o) => JSON.stringify(o) !== JSON.stringify(before)),
        `${field} is ignored`,
      ).toBe(true);
    }
  });
});

describe('an index that is no place is refused', () => {
  const indexed = named.filter(([, f]) => Object.keys(f.relations?.indices ?? {}).length > 0);
  test.each(indexed)('%s', async (_, f) => {
    for (const field of Object.keys(f.relations!.indices!))
      expect(await outcome(f, { ...exampleOf(f), [field]: [99] })).toMatchObject({ field });
  });
});

describe('an option that is given changes the answer, or is refused by name', () => {
  test.each(named)('%s', async (_, f) => {
    const example = exampleOf(f);
    const before = await outcome(f, example);
    const { properties, required = [] } = jsonSchemaOf(f.input) as { properties: Record<string, Loose>; required?: string[] };
    for (const [field, schema] of Object.entries(properties)) {
      if (required.includes(field) || example[field] !== undefined) continue;
      const tries = [...triesOf(schema), ...listsFor(schema, example)];
      if (tries.length === 0) continue;
      const found = await Promise.all(tries.map((v) => outcome(f, { ...example, [field]: v })));
      expect(
        found.some((o) => JSON.stringify(o) !== JSON.stringify(before)) || INERT[f.path]?.includes(field),
        `${field} is ignored (${JSON.stringify(tries)})`,
      ).toBe(true);
    }
  });
});

/** Options that rightly leave the answer of the example as it is, and why. */
const INERT: Readonly<Record<string, readonly string[]>> = {
  'spc/arl': ['seed', 'runs'], // the chain of one rule is exact: nothing is simulated
  'spc/capability-nonnormal': ['alpha'], // one description fits at every level
  'spc/rules': ['restarts'], // the one violation of the example is of a single point
  'fit/posterior': ['probability'], // so short a chain has not mixed, and no interval is given; fit.test.ts tests them
  'spatial/zernike': ['onDeficient'], // these sites determine all terms
  'spatial/kriging': ['target'], // without a nugget, value and signal are the same
  'overlay/fit': ['onDeficient'], // these marks determine all terms
  'overlay/correctables': ['onDeficient'],
  'overlay/per-field': ['onDeficient', 'gridOnly'], // a translation has no field terms
  'control/ewma': ['outlierSigma'], // the gate opens after more runs than the example has
  'learning/autoencoder-train': ['patience'], // it is still learning when the epochs end
};

function triesOf(s: Loose): unknown[] {
  if (Array.isArray(s['enum'])) return s['enum'];
  switch (s['type']) {
    case 'boolean':
      return [true, false];
    case 'integer':
      return [1, 2, 3, 7].filter((v) => v >= Number(s['minimum'] ?? 0));
    case 'number':
      return [0.01, 0.3, 0.75, 2.5, 40, 100].filter(
        (v) =>
          v < Number(s['exclusiveMaximum'] ?? Infinity) &&
          v <= Number(s['maximum'] ?? Infinity) &&
          v > Number(s['exclusiveMinimum'] ?? -Infinity) &&
          v >= Number(s['minimum'] ?? -Infinity),
      );
    default:
      return [];
  }
}

/** Lists for an optional field of numbers or rows, as long as a list of the example: one with an effect and one that does not fit. */
function listsFor(s: Loose, example: Loose): unknown[] {
  if (s['type'] !== 'array') return [];
  const items = s['items'] as Loose;
  const of = (k: number, i: number): number => 0.02 + 0.003 * i + 0.001 * k;
  if (items['type'] === 'array') {
    const like = Object.values(example).find((v) => isMatrix(v)) as number[][] | undefined;
    return like === undefined ? [] : [like.map((row, k) => row.map((_, i) => of(k, i)))];
  }
  if (![items['type']].flat().some((t) => t === 'number' || t === 'integer')) return [];
  const sizes = new Set(Object.values(example).flatMap((v) => (isNumbers(v) || isMatrix(v) ? [v.length] : [])));
  const whole = [items['type']].flat().includes('integer');
  return [...sizes, 1].map((n) => Array.from({ length: n }, (_, i) => (whole ? i % 2 : of(0, i))));
}

describe('an uncertainty of 0 is refused by name: a value without one has no weight', () => {
  /** The surface passes through an exact value. */
  const EXACT = ['spatial/kriging'];
  const isList = (f: ComputeFunction, field: string): boolean =>
    (jsonSchemaOf(f.input) as { properties: Record<string, Loose> }).properties[field]?.['type'] === 'array';
  const weighted = named.flatMap(([path, f]) =>
    EXACT.includes(path) ? [] : UNCERTAIN.filter((u) => isList(f, u)).map((u) => [path, u, f] as const),
  );
  test('they are found', () => expect(weighted.length).toBeGreaterThan(8));
  test.each(weighted)('%s: %s', async (_, field, f) => {
    const input = exampleOf(f);
    const like = (field === 'sigma' ? (input['spectra'] ?? input['b']) : (input['value'] ?? input['dx'])) as unknown[];
    const certain = (k: number): unknown =>
      like.map((v, i) => (Array.isArray(v) ? v.map((_, j) => (i + j === k ? 0 : 0.1)) : i === k ? 0 : 0.1));
    const beside = field === 'uDx' ? { uDy: certain(-1) } : field === 'uDy' ? { uDx: certain(-1) } : {};
    expect(await outcome(f, { ...input, ...beside, [field]: certain(-1) })).toHaveProperty('text');
    expect(await outcome(f, { ...input, ...beside, [field]: certain(1) })).toMatchObject({ field });
  });
});

describe('a gap is refused, or stays a gap: no number without meaning beside a success', () => {
  test.each(withLists)('%s', async (_, f) => {
    for (const field of lists(f)) {
      const input = exampleOf(f);
      const list = input[field] as unknown[];
      for (const k of [0, list.length >> 1, list.length - 1]) {
        const changed = list.map((v, i) => (i !== k ? v : Array.isArray(v) ? [null, ...v.slice(1)] : null));
        await outcome(f, { ...input, [field]: changed });
      }
      const nothing = list.map((v) => (Array.isArray(v) ? v.map(() => null) : null));
      expect(await outcome(f, { ...input, [field]: nothing }), `${field} without any value`).toHaveProperty('refused');
    }
  });
});

const NOISE = [0, 1, -1, 2, 0, -2];
/** A constant up to a few units of the last digit. */
const still = (v: number, i: number): number => v * (1 + NOISE[i % NOISE.length]! * Number.EPSILON);

describe('what does not vary (beyond rounding) is refused, or answered by finite numbers that any scale and offset keep', () => {
  const data = withLists.filter(([, f]) => lists(f).some((k) => isNumbers(f.example[k]) || isMatrix(f.example[k])));
  test.each(data)('%s', async (_, f) => {
    for (const field of lists(f)) {
      const input = exampleOf(f);
      const v = input[field];
      for (const level of [7.3, 7.3e6, 7.3e-9]) {
        const flat = (noise: boolean): unknown =>
          isMatrix(v)
            ? v.map((row, i) => row.map((x, j) => (j === row.length - 1 ? (noise ? still(level, i) : level) : x)))
            : isNumbers(v)
              ? v.map((_x, i) => (noise ? still(level, i) : level))
              : null;
        if (flat(false) === null) continue;
        const [exact, rounded] = [
          await outcome(f, { ...input, [field]: flat(false) }),
          await outcome(f, { ...input, [field]: flat(true) }),
        ];
        expect('refused' in rounded, `${field}: rounding taken for variation`).toBe('refused' in exact);
      }
    }
  });
});

const rng = (() => {
  let s = 1;
  return (): number => {
    s = (s * 48271) % 2147483647;
    return s / 2147483647 - 0.5;
  };
})();
const cloud = (n: number, scale: number, offset: number): number[][] =>
  Array.from({ length: n }, () => [rng(), rng(), rng()].map((v) => offset + scale * v));

describe('variables that do not vary or depend on others are named, at any scale and offset', () => {
  const places = [
    [1, 0],
    [1, 1e6],
    [1e-9, 0],
    [1e9, -1e12],
  ] as const;
  const uses: readonly (readonly [string, (x: number[][]) => Loose])[] = [
    ['spc/hotelling', (x) => ({ x })],
    ['spc/mewma', (x) => ({ x })],
    ['spc/pca-train', (x) => ({ x, components: 4 })],
    ['defects/outliers', (x) => ({ train: x, x: x.slice(0, 2) })],
  ];
  test.each(uses)('%s', async (path, of) => {
    for (const [scale, offset] of places) {
      const x = cloud(30, scale, offset);
      const constant = x.map((r, i) => [...r.slice(0, 2), still(offset || scale, i), r[2]!]);
      await expect(compute(path, of(constant)), `constant at ${scale}, ${offset}`).rejects.toThrow(/column 3 does not vary/);
      const dependent = x.map((r) => [...r, 2 * r[0]! - 0.5 * r[1]! + 3 * scale]);
      await expect(compute(path, of(dependent)), `dependent at ${scale}, ${offset}`).rejects.toMatchObject({
        code: 'rank_deficient',
        message: expect.stringMatching(/column \d/),
      });
      const fine = x.map((r) => [...r, r[0]! + scale * 0.01 * rng()]);
      const found = (await compute(path, of(fine))) as object;
      expect(Object.keys(found).length).toBeGreaterThan(0);
    }
  });

  test('names are used where they are given', async () => {
    const x = cloud(30, 1, 0).map((r) => [...r, r[0]! + r[2]!]);
    await expect(compute('spc/hotelling', { x, variables: ['p', 'flow', 't', 'sum'] })).rejects.toThrow(
      /(p|t|sum) is a linear combination of (p|t), (t|sum); leave one/,
    );
  });
});
