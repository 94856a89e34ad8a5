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
  ['measurement.halfrange', { source: 'measurement', of: 'halfrange', lot: false }],
  ['zone.edge-centre', { source: 'zone', of: 'edge-centre', lot: false }],
  ['zernike.residual', { source: 'zernike', of: 'residual', lot: false }],
  ['fit.chi2', { source: 'fit', of: 'chi2', lot: false }],
  ['vm.lot', { source: 'vm', lot: true }],
  ['vm.wafer', { source: 'vm', lot: false }],
  ['trace.RF forward.etch.settle', { source: 'trace', sensor: 'RF forward', step: 'etch', of: 'settle', lot: false }],
  ['trace.p%2E1.50%25 flow.mean', { source: 'trace', sensor: 'p.1', step: '50% flow', of: 'mean', lot: false }],
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
    'measurement.lowest',
    'zone.rim',
    'fit.rms',
    'trace.pressure.etch',
    'trace.pressure.etch.best',
    'trace.p.1.etch.mean', // a dot within a sensor is escaped
    'trace.50%.etch.mean',
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
