import { describe, expect, test } from 'vitest';
import {
  type Characteristic,
  characteristicName,
  characteristicsOf,
  overlayTermLabel,
  parseCharacteristic,
} from './characteristic';

const ALL: readonly (readonly [string, Characteristic])[] = [
  ['measurement.mean', { source: 'measurement', of: 'mean', lot: false }],
  ['measurement.sd', { source: 'measurement', of: 'sd', lot: false }],
  ['measurement.lot', { source: 'measurement', of: 'mean', lot: true }],
  ['zernike.2.0', { source: 'zernike', n: 2, m: 0, lot: false }],
  ['zernike.3.-1', { source: 'zernike', n: 3, m: -1, lot: false }],
  ['overlay.tx', { source: 'overlay', term: 'tx', lot: false }],
  ['overlay.lot.m3s.x', { source: 'overlay', term: 'm3s.x', lot: true }],
  ['overlay.grid.dx.21', { source: 'overlay', term: 'grid.dx.21', lot: false }],
  ['overlay.lot.k7', { source: 'overlay', term: 'k7', lot: true }],
  ['vm.lot', { source: 'vm', lot: true }],
  ['count.particles', { source: 'count', parameter: 'particles', lot: false }],
  ['count.bridge defects', { source: 'count', parameter: 'bridge defects', lot: false }],
  ['event.chamber_clean', { source: 'event', kind: 'chamber_clean', lot: false }],
];

describe('characteristics', () => {
  test.each(ALL)('%s is read and written', (name, c) => {
    expect(parseCharacteristic(name)).toEqual(c);
    expect(characteristicName(c)).toBe(name);
    expect(name.startsWith(characteristicsOf(c.source).slice(0, -1))).toBe(true);
  });

  test.each([
    '',
    'measurement',
    'measurement.',
    'measurement.median',
    'zernike.2',
    'zernike.2.1', // n − m must be even
    'zernike.2.4', // |m| must not exceed n
    'zernike.2.0.1',
    'overlay.',
    'overlay.lot',
    'overlay.lot.',
    "overlay.tx' OR 1=1",
    'vm.mean',
    'count.',
    'count. particles',
    'event.',
    'event.Pump Down',
    'thickness',
  ])('%j is none', (name) => {
    expect(parseCharacteristic(name)).toBeUndefined();
  });

  test('an overlay term is written as the screens write it', () => {
    expect(['tx', 'mx', 'm3s.y'].map(overlayTermLabel)).toEqual(['Tx', 'Mx', '|mean|+3σ Y']);
  });
});
