import { expect, test } from 'vitest';
import { recordHref, waferName } from './links';

test('each kind of value leads to its record', () => {
  expect(recordHref('measurement.mean', 'a')).toBe('/wafers/a');
  expect(recordHref('zernike.2.0', 'a')).toBe('/wafers/a');
  expect(recordHref('overlay.tx', 'a')).toBe('/overlay/a');
  for (const lot of ['measurement.lot', 'overlay.lot.tx', 'vm.lot']) expect(recordHref(lot, 'a')).toBeNull();
});

test('wafer names', () => {
  expect(waferName('A1043', 7)).toBe('A1043.07');
  expect(waferName('A1043', 0)).toBe('A1043');
});
