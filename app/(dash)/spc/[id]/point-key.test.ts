import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPointKey, writePlace } from './point-key';

test('a place on a chart comes back exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7e12 }), fc.double({ noNaN: true, noDefaultInfinity: true }), (atMs, plotted) => {
      fc.pre(!Object.is(plotted, -0));
      expect(readPointKey(writePlace(atMs, plotted))).toEqual({ atMs, plotted });
    }),
  );
});

test('a record is told from a place, and anything else is neither', () => {
  const record = '0b6f3c1e-1111-4222-8333-444455556666';
  expect(readPointKey(record)).toEqual({ record });
  for (const text of ['', '@', '@1', '@1:', '@x:1', '@1:1e999', "@1:1'", `${record}0`]) expect(readPointKey(text)).toBeNull();
});
