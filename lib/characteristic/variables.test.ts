import { expect, test } from 'vitest';
import { characteristicWords, jointCharacteristic, levelOf, parseCharacteristic, setName, variableWords, whole } from '.';

test('variables of a run go together, means of lots go together, and nothing else does', () => {
  const wafer = ['measurement.mean', 'zone.edge', 'zernike.2.0', 'fit.chi2', 'overlay.tx', 'vm.wafer', 'trace.flow.etch.mean'];
  expect(wafer.map(levelOf)).toEqual(wafer.map(() => 'wafer'));
  expect(['measurement.lot', 'overlay.lot.tx'].map(levelOf)).toEqual(['lot', 'lot']);
  expect(['vm.lot', 'count.defects', 'event.pm', 'joint.wafer', 'nothing'].map(levelOf)).toEqual([null, null, null, null, null]);
});

test('the characteristic of several is read back as it is written', () => {
  for (const level of ['wafer', 'lot'] as const) {
    const name = jointCharacteristic(level);
    expect(parseCharacteristic(name)).toEqual({ source: 'joint', lot: level === 'lot' });
    expect(characteristicWords(name)).toBe(`together, of a ${level}`);
  }
});

test('a variable is named by its parameter and what is taken of it, and a parameter that its name says need not be stated', () => {
  expect(variableWords({ characteristic: 'trace.flow.etch.mean', parameter: 'flow' })).toBe('flow mean in etch');
  expect(variableWords({ characteristic: 'measurement.mean', parameter: 'cd' })).toBe('cd mean');
  expect(variableWords({ characteristic: 'overlay.tx', parameter: 'tx' })).toBe('Tx');
  expect(whole({ characteristic: 'trace.rf%2Epower.etch.mean' })).toEqual({
    characteristic: 'trace.rf%2Epower.etch.mean',
    parameter: 'rf.power',
  });
  expect(whole({ characteristic: 'measurement.mean' }).parameter).toBe('');
});

test('a set is named by its parameters while they are few', () => {
  const of = (...parameters: string[]) =>
    setName(parameters.map((parameter) => ({ characteristic: 'measurement.mean', parameter })));
  expect(of('cd', 'swa')).toBe('cd + swa');
  expect(of('cd', 'cd')).toBe('cd (2 values)');
  expect(of(...Array.from({ length: 12 }, (_, i) => `heater_${i}`))).toBe('heater_0 and 11 more');
});
