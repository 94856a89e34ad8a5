import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packedJson, unpackedJson } from './typed-json';

test('typed arrays come back with every bit, wherever they stand', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double()),
      fc.array(fc.float({ noNaN: false })),
      fc.array(fc.integer({ min: 0, max: 65535 })),
      (a, b, c) => {
        const value = {
          a: Float64Array.from(a),
          deep: [{ b: Float32Array.from(b) }],
          c: Uint16Array.from(c),
          kind: 'f64',
          text: 'x',
          none: null,
        };
        expect(unpackedJson(packedJson(value))).toEqual(value);
      },
    ),
  );
});

test('a part of a larger buffer travels alone, and so does a long one', () => {
  expect(unpackedJson(packedJson(new Float64Array([1, 2, Number.NaN, 4]).subarray(1, 3)))).toEqual(
    Float64Array.of(2, Number.NaN),
  );
  const long = Float64Array.from({ length: 30_000 }, (_, i) => i / 7);
  expect(unpackedJson(packedJson(long))).toEqual(long);
});
