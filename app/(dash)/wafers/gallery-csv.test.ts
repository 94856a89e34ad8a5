import { expect, test } from 'vitest';
import type { WaferGroup, WaferTile } from '@/lib/services/wafers/views/list';
import { galleryCsv } from './gallery-csv';

test('a wafer leaves with the sites that its mean is of beside all that were measured', () => {
  const tile = {
    lot: 'A1043',
    slot: 7,
    product: 'KITE',
    operation: 'etch',
    parameter: 'cd',
    unit: 'nm',
    mean: 30,
    uOf: { mean: 0.1 },
    sd: 0.5,
    value: Float64Array.of(29.5, Number.NaN, 30.5, Number.NaN),
    tool: 'ETC-01',
    chamber: 'A',
    measuredMs: Date.UTC(2026, 10, 2, 14, 2, 7),
    isOut: false,
  } as unknown as WaferTile;
  const group = { targets: [{ product: 'KITE', target: 30 }], tiles: [tile], total: 1 } as unknown as WaferGroup;
  const [head, row] = galleryCsv(group)
    .split('\r\n')
    .map((l) => l.split(','));
  const of = (name: string) => row![head!.indexOf(name)];
  expect([of('sites of the mean'), of('sites'), of('measured at')]).toEqual(['2', '4', '2026-11-02T14:02:07.000Z']);
});
