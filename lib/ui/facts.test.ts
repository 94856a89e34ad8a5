import { expect, test } from 'vitest';
import { knownFacts, loopFacts, modelFacts, spectrumFacts, waferFacts, windowFacts } from './facts';

test('what is not known is left out, and inner facts replace outer ones of the same name', () => {
  expect(
    knownFacts([
      ['exported by', 'ana@example.com'],
      ['lot', 'A1043'],
      ['tool', null],
      ['chamber', ''],
      ['wafer', 7],
      ['lot', 'A1044'],
    ]),
  ).toEqual([
    ['exported by', 'ana@example.com'],
    ['lot', 'A1044'],
    ['wafer', '7'],
  ]);
});

test('a wafer says lot, place and time in one order, whichever page it is on', () => {
  const head = { lot: 'A1', slot: 3, product: 'KITE-45', operation: 'CVD-OXIDE', tool: 'CVD-01', chamber: 'A' };
  expect(knownFacts(waferFacts({ ...head, layer: 'ILD1', station: 'ELL-01', measuredMs: Date.UTC(2026, 10, 2, 14, 5) }))).toEqual(
    [
      ['lot', 'A1'],
      ['wafer', '3'],
      ['product', 'KITE-45'],
      ['layer', 'ILD1'],
      ['operation', 'CVD-OXIDE'],
      ['tool', 'CVD-01'],
      ['chamber', 'A'],
      ['station', 'ELL-01'],
      ['measured at', '2026-11-02T14:05:00.000Z'],
    ],
  );
  expect(knownFacts(waferFacts({ ...head, slot: 0 })).map(([name]) => name)).not.toContain('wafer');
});

test('spectra say the wafer, when it was measured, and the recipe with its version', () => {
  const head = { lot: 'A1', slot: 3, product: 'KITE-45', operation: 'ALD-HFO2', measuredMs: 0, codeVersion: 'spectra-1' };
  expect(Object.fromEntries(knownFacts(spectrumFacts(head, { name: 'HFO2-SE', version: 2 })))).toMatchObject({
    lot: 'A1',
    wafer: '3',
    'measured at': '1970-01-01T00:00:00.000Z',
    recipe: 'HFO2-SE',
    'recipe version': '2',
    code: 'spectra-1',
  });
});

test('a loop and a model say which version the picture is of, and the window', () => {
  const at = { product: 'KITE-45', operation: 'CVD-OXIDE', parameter: 'oxide_thickness' };
  const loop = { ...at, name: 'L', knob: 'deposition_time', knobUnit: 's', version: 3, state: 'closed' };
  expect(loopFacts(loop)).toEqual(
    expect.arrayContaining([
      ['loop', 'L'],
      ['knob', 'deposition_time (s)'],
      ['version', 3],
    ]),
  );
  expect(knownFacts(modelFacts({ ...at, version: 2, codeVersion: 'train-1' }))).toEqual(
    expect.arrayContaining([
      ['model', 'CVD-OXIDE oxide_thickness KITE-45'],
      ['version', '2'],
      ['code', 'train-1'],
    ]),
  );
  expect(windowFacts(0, 60_000)).toEqual([
    ['from', '1970-01-01T00:00:00.000Z'],
    ['to', '1970-01-01T00:01:00.000Z'],
  ]);
});
