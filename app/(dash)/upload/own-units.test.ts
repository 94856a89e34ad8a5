import { expect, test } from 'vitest';
import { isSameUnit } from '@/lib/formats/units';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { unitLabel } from '@/lib/ui/format';

test('a unit as screens and files write it is taken back at the door', () => {
  const units = [
    ...new Set(simulatedFab(1).parameters.map((p) => p.unit)),
    'um',
    'urad',
    'deg',
    'degC',
    'angstrom',
    'mJ/cm2',
    'ohm_sq',
  ];
  expect(units.length).toBeGreaterThan(9);
  for (const u of units) if (unitLabel(u) !== '') expect(isSameUnit(u, unitLabel(u)), `${u} as ${unitLabel(u)}`).toBe(true);
});
