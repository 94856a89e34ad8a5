import fc from 'fast-check';
import { expect, test } from 'vitest';
import { begunBy, inForceAt, inForceIndex } from './in-force';

const versions = fc
  .uniqueArray(fc.integer({ min: 0, max: 100 }), { maxLength: 8 })
  .map((starts) => starts.sort((a, b) => a - b).map((fromMs) => ({ fromMs })));

test('the version in force has begun and the next one has not; from its first moment on it holds', () =>
  fc.assert(
    fc.property(versions, fc.integer({ min: -10, max: 110 }), (list, at) => {
      const i = inForceIndex(list, 'fromMs', at);
      expect(list.slice(0, i + 1).every((v) => v.fromMs <= at)).toBe(true);
      expect(list.slice(i + 1).every((v) => v.fromMs > at)).toBe(true);
      expect(inForceAt(list, 'fromMs', at)).toBe(list[i]);
      expect(begunBy(list, 'fromMs', at)).toEqual(list.filter((v) => v.fromMs <= at));
    }),
  ));

test('of two that begin at once the later one is in force', () =>
  expect(
    inForceAt(
      [
        { at: 1, v: 1 },
        { at: 1, v: 2 },
      ],
      'at',
      1,
    )?.v,
  ).toBe(2));
