import { describe, expect, test } from 'vitest';
import { conversion, isSameUnit, isUnit, unitInName } from './units';

describe('units of columns', () => {
  test.each([
    ['um', 'mm', 1500, 1.5],
    ['µm', 'nm', 0.633, 633],
    ['μm', 'nm', 0.633, 633],
    ['cm', 'mm', 15, 150],
    ['m', 'mm', 0.15, 150],
    ['Å', 'nm', 20, 2],
    ['1/nm', '1/Å', 1, 0.1],
    ['nm^-1', '1/Å', 5, 0.5],
    ['nm⁻¹', '1/A', 5, 0.5],
    ['A-1', '1/nm', 0.1, 1],
    ['rad', 'deg', Math.PI, 180],
    ['mrad', '°', 1000 * Math.PI, 180],
    ['NM', 'nm', 3, 3],
    ['mTorr', 'Torr', 5, 0.005],
    ['TORR', 'Pa', 1, 101_325 / 760],
    ['mbar', 'Pa', 1, 100],
    ['ms', 's', 20, 0.02],
    ['min', 's', 2, 120],
    ['kV', 'V', 1.5, 1500],
    ['mA', 'uA', 2, 2000],
    ['slm', 'sccm', 2, 2000],
    ['%', 'ppm', 1, 10_000],
  ])('%s to %s', (from, to, v, want) => expect(conversion(from, to)?.(v)).toBeCloseTo(want, 12));

  test('a micrometre is a thousandth of a millimetre to the bit', () => {
    for (const v of [0.1, 7, 123.4, 99_999]) expect(conversion('um', 'mm')?.(v)).toBe(v / 1000);
  });

  test('what is not known, or measures something else, is not converted', () => {
    for (const [a, b] of [
      ['um', 'deg'],
      ['nm', '1/nm'],
      ['furlong', 'mm'],
      ['Mm', 'mm'],
      ['Torr', 's'],
      ['°C', 'K'],
      ['msec', 's'],
      ['constructor', 'nm'],
    ] as const)
      expect(conversion(a, b)).toBeNull();
    expect(isSameUnit('sccm', 'sccm')).toBe(true);
    expect(isSameUnit('nm', 'um')).toBe(false);
    expect(isSameUnit('degC', '°C')).toBe(true);
    for (const text of ['site 1', 'constructor', 'toString', '__proto__', '']) expect(isUnit(text), text).toBe(false);
  });

  test('one unit in several spellings is one unit: sheet resistance, micrometres, powers on the line', () => {
    const spellings = ['ohm/sq', 'Ω/sq', '\u2126/sq', 'Ω/□', 'ohm/□', 'ohm / square', 'Ohm/sq.', 'ohms per square', 'ohm_sq'];
    for (const a of spellings) for (const b of spellings) expect(isSameUnit(a, b), `${a} and ${b}`).toBe(true);
    expect(isSameUnit('mΩ/sq', 'mohm/sq')).toBe(true);
    expect(conversion('kΩ/□', 'ohm/sq')?.(1.5)).toBe(1500);
    for (const [a, b] of [
      ['um', 'µm'],
      ['urad', 'μrad'],
      ['mJ/cm2', 'mJ/cm²'],
      ['kΩ', 'kohm'],
    ] as const)
      expect(isSameUnit(a, b), `${a} and ${b}`).toBe(true);
    for (const [a, b] of [
      ['ohm', 'ohm/sq'],
      ['mΩ/sq', 'MΩ/sq'],
      ['Ω/sq', 'kΩ/sq'],
      ['Ω/cm', 'Ω/sq'],
    ] as const)
      expect(isSameUnit(a, b), `${a} and ${b}`).toBe(false);
  });

  test('the unit in the name of a field', () => {
    expect(unitInName('wavelengthNm')).toEqual({ stem: 'wavelength', unit: 'nm' });
    expect(unitInName('qxPerNm')).toEqual({ stem: 'qx', unit: '1/nm' });
    expect(unitInName('values')).toBeNull();
  });
});
