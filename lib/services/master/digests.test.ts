import { expect, test } from 'vitest';
import { layoutDigest, recordDigest } from './digests';

test('the same content has one digest, any change another', () => {
  const r = { key: 'a', value: [1, null, 3], trace: { sensors: [{ name: 's', values: [1, 2] }] }, n: 1 };
  const d = recordDigest(r).toString('hex');
  expect(recordDigest(structuredClone(r)).toString('hex')).toBe(d);
  const others = [
    { ...r, value: [1, 0, 3] },
    { ...r, value: [1, null, 3, 4] },
    { ...r, n: '1' },
    { ...r, key: 'b' },
    { ...r, trace: { sensors: [{ name: 's', values: [1, 2.0000001] }] } },
    {
      ...r,
      trace: {
        sensors: [
          { name: 's', values: [1] },
          { name: 's', values: [2] },
        ],
      },
    },
  ];
  expect(new Set(others.map((o) => recordDigest(o).toString('hex'))).add(d).size).toBe(others.length + 1);
});

test('layouts are told apart by every column', () => {
  expect(layoutDigest([0, 1], [0, 1])).toBe(layoutDigest([0, 1], [0, 1]));
  expect(layoutDigest([0, 1], [0, 1])).not.toBe(layoutDigest([0, 1], [1, 0]));
});
