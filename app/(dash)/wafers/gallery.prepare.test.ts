import { expect, test } from 'vitest';
import type { WaferGroup, WaferTile } from '@/lib/services/wafers/views/list';
import { prepareGallery } from './gallery.prepare';

const tile = (lot: string, slot: number, product: string, mean: number): WaferTile =>
  ({
    id: `${lot}.${slot}`,
    lot,
    slot,
    product,
    unit: 'nm',
    mean,
    sd: 0.5,
    value: Float64Array.of(mean - 1, mean + 1),
    tool: 'ETC-01',
    chamber: 'A',
    isOut: false,
  }) as unknown as WaferTile;

const group = (over: Partial<WaferGroup>): WaferGroup => ({
  operation: 'etch',
  parameter: 'cd',
  product: 'KITE',
  targets: [{ product: 'KITE', target: 30 }],
  tiles: [tile('A1', 1, 'KITE', 30), tile('A1', 2, 'KITE', 31), tile('A2', 1, 'KITE', 29)],
  total: 3,
  specification: { lsl: 26, usl: 34, target: 30 },
  ...over,
});

test('all maps share one colour range, of the data or of the specification, and it is printed', () => {
  const data = prepareGallery(group({}), null);
  expect([data.scale.min, data.scale.max]).toEqual([28, 32]);
  expect(data.rangeWords).toContain('specification 26 to 34');
  expect(data.lots.map((l) => [l.lot, l.items.length, l.chambers])).toEqual([
    ['A1', 2, 'ETC-01 A'],
    ['A2', 1, 'ETC-01 A'],
  ]);
  const limits = prepareGallery(group({}), 'limits');
  expect([limits.scale.min, limits.scale.max, limits.fromLimits]).toEqual([26, 34, true]);
});

test('products of different targets are shown as differences from them, unless the values are asked for', () => {
  const two = group({
    product: null,
    specification: null,
    targets: [
      { product: 'KITE', target: 30 },
      { product: 'HERON', target: 60 },
    ],
    tiles: [tile('A1', 1, 'KITE', 30), tile('B1', 1, 'HERON', 61)],
  });
  const delta = prepareGallery(two, null);
  expect([delta.isDelta, delta.targetsDiffer]).toEqual([true, true]);
  expect(delta.lots.map((l) => Array.from(l.items[0]!.input.value))).toEqual([
    [-1, 1],
    [0, 2],
  ]);
  expect(delta.lots[1]!.items[0]!.caption).toMatch(/^1\.0+, σ 0\.5/);
  expect(prepareGallery(two, 'values').lots[1]!.items[0]!.input.value[0]).toBe(60);
});
