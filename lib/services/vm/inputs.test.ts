import { expect, test } from 'vitest';
import { inputVector, inUsualUnits, otherUnits, positionsOf, unitsOf } from './inputs';

const names = ['pressure|main|mean', 'pressure|main|slope', 'power|main|mean'];
const torr = { names, units: ['Torr', 'Torr/s', 'W'], values: [2, 0.1, 500] };
const pascal = { names, units: ['Pa', 'Pa/s', 'W'], values: [267, 13, 500] };
const place = { setpoints: { time: 60 }, tool: 'CVD-01', chamber: 'A' };
const known = unitsOf(torr.names, torr.units);
const vector = (run: typeof torr, inputs: readonly string[]) => [
  ...inputVector({ ...run, ...place }, inputs, positionsOf(run.names, run.units, known)),
];

test('a sensor that arrives in another unit is not recorded, and the others are', () => {
  expect(vector(torr, names)).toEqual([2, 0.1, 500]);
  expect(vector(pascal, names)).toEqual([Number.NaN, Number.NaN, 500]);
  expect(otherUnits(pascal, ['pressure|main|mean', 'power|main|mean'], known)).toEqual([
    { name: 'pressure|main|mean', unit: 'Pa', known: 'Torr' },
  ]);
  expect(otherUnits(torr, names, known)).toEqual([]);
});

test('a sensor that the model does not know is nobody else, and a knob of an inherited name is none', () => {
  expect(vector({ ...torr, names: ['flow|main|mean'], units: ['sccm'], values: [1] }, names)).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
  expect(vector(torr, ['setpoint:time', 'setpoint:constructor'])).toEqual([60, Number.NaN]);
});

test('a model is trained in the units that most of its runs have, by the newest of them', () => {
  const of = (run: typeof torr, i: number) => ({ ...run, feature_set_id: run.units.join(), i });
  const runs = [of(torr, 0), of(torr, 1), of(pascal, 2)];
  expect(inUsualUnits(runs).i).toBe(1);
  expect(inUsualUnits([of(pascal, 0), of(torr, 1), of(pascal, 2), of(torr, 3), of(pascal, 4)]).i).toBe(4);
  const mixed = { ...torr, units: ['Torr', 'Torr/s', 'kW'] };
  // No run has each sensor in its usual unit: the newest is taken.
  expect(
    inUsualUnits([
      of({ ...pascal, units: ['Pa', 'Pa/s', 'kW'] }, 0),
      of(torr, 1),
      of(mixed, 2),
      of({ ...pascal, units: ['Pa', 'Pa/s', 'kW'] }, 3),
      of(torr, 4),
    ]).i,
  ).toBe(2);
});
