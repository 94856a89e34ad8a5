import { describe, expect, test } from 'vitest';
import { ABOVE, BELOW, lut, parseRgb, rgbOf, sharedScale } from './colour-scale';
import { prepareWaferMap, siteAt, siteTowards, waferMapCsv } from './wafer-map.prepare';

describe('colour scale', () => {
  const s = { map: 'viridis', min: 0, max: 10 } as const;
  test('ends, out of range, missing', () => {
    expect(rgbOf(s, 0)).toEqual([68, 1, 84]); // viridis(0) = #440154, van der Walt & Smith 2015
    expect(rgbOf(s, 10)).toEqual([253, 231, 37]); // viridis(1) = #fde725
    expect(rgbOf(s, -1)).toEqual(parseRgb(BELOW));
    expect(rgbOf(s, 11)).toEqual(parseRgb(ABOVE));
    expect(rgbOf(s, Number.NaN)).toBeNull();
  });
  test('sequential maps grow lighter from end to end; the diverging one is lightest in the middle', () => {
    const light = (t: Uint8ClampedArray, i: number): number =>
      0.2126 * t[i * 3]! + 0.7152 * t[i * 3 + 1]! + 0.0722 * t[i * 3 + 2]!;
    for (const m of ['viridis', 'cividis'] as const)
      for (let i = 8; i < 256; i += 8) expect(light(lut(m), i)).toBeGreaterThan(light(lut(m), i - 8) - 0.5);
    const d = lut('diverging');
    for (let i = 8; i <= 120; i += 8) expect(light(d, i)).toBeGreaterThan(light(d, i - 8));
    for (let i = 136; i < 256; i += 8) expect(light(d, i)).toBeLessThan(light(d, i - 8));
  });
  test('one range for all maps; symmetric about the centre when diverging', () => {
    expect(
      sharedScale('viridis', [
        [1, 2],
        [Number.NaN, 5],
      ]),
    ).toMatchObject({ min: 1, max: 5 });
    expect(sharedScale('diverging', [[28, 31]], { centre: 30 })).toMatchObject({ min: 28, max: 32, centre: 30 });
    expect(sharedScale('viridis', [[1, 2]], { limits: { lower: 0, upper: 4 }, fromLimits: true })).toMatchObject({
      min: 0,
      max: 4,
    });
    expect(sharedScale('viridis', [[]])).toMatchObject({ min: 0, max: 1 });
  });
});

describe('wafer map model', () => {
  const ring = Array.from({ length: 8 }, (_, i) => (i * Math.PI) / 4);
  const input = {
    x: [0, ...ring.map((a) => 100 * Math.cos(a))],
    y: [0, ...ring.map((a) => 100 * Math.sin(a))],
    value: [30, ...ring.map((a) => 30 + Math.cos(a))],
    unit: 'nm',
    radiusMm: 150,
    edgeExclusionMm: 3,
    die: { widthMm: 10, heightMm: 12 },
  };
  const scale = { map: 'viridis', min: 29, max: 31 } as const;
  test('a contour that cannot be drawn falls back to sites and says why', () => {
    const m = prepareWaferMap({ ...input, x: [0, 1], y: [0, 1], value: [1, 2] }, 'contour', scale);
    expect([m.kind, m.grid, m.note]).toEqual(['site', null, 'fewer than three sites: shown as sites']);
  });
  test('a contour never shows a value beyond the range of the sites', () => {
    const m = prepareWaferMap({ ...input, value: [40, ...input.value.slice(1)] }, 'contour', scale);
    for (const v of m.grid!.values) if (!Number.isNaN(v)) expect(v >= 29 && v <= 40).toBe(true);
  });
  test('contour: nothing outside the wafer, +y at the top', () => {
    const m = prepareWaferMap({ ...input, value: input.y.map((y) => 30 + y / 100) }, 'contour', scale, 9);
    expect(m.grid!.values[0]).toBeNaN();
    expect(m.grid!.values[1 * 9 + 4]!).toBeGreaterThan(30.5);
    expect(m.grid!.values[7 * 9 + 4]!).toBeLessThan(29.5);
  });
  test('dies: inside the usable radius, partial ones marked, values interpolated', () => {
    const m = prepareWaferMap(input, 'die', scale);
    expect(m.dies.length).toBeGreaterThan(500);
    for (const d of m.dies) if (d.isWhole) expect(Math.hypot(Math.abs(d.x) + 5, Math.abs(d.y) + 6)).toBeLessThanOrEqual(147);
    expect(m.dies.some((d) => !d.isWhole)).toBe(true);
    expect(m.dies.find((d) => d.col === 0 && d.row === 0)!.value).toBeCloseTo(30, 6);
  });
  test('missing and out-of-range sites are counted, not hidden', () => {
    const m = prepareWaferMap({ ...input, value: [Number.NaN, 28, 32, ...input.value.slice(3)] }, 'site', scale);
    expect(m.outside).toEqual({ below: 1, above: 1, missing: 1 });
    expect(m.summary).toContain('1 not measured');
  });
  test('a map of a quantity without a unit says its mean without a gap', () => {
    expect(prepareWaferMap({ ...input, unit: '' }, 'site', scale).summary).toMatch(/mean [\d.]+, from /);
    expect(prepareWaferMap({ ...input, unit: 'nm' }, 'site', scale).summary).toMatch(/mean [\d.]+ nm, from /);
  });
  test('arrows walk to the neighbour in that direction; hits have a reach', () => {
    expect(siteTowards(input, 0, 1, 0)).toBe(1);
    expect(siteTowards(input, 0, 0, 1)).toBe(3);
    expect(siteTowards(input, 1, 1, 0)).toBe(1);
    expect(siteTowards(input, -1, 1, 0)).toBe(0);
    expect(siteAt(input, 3, 3, 5)).toBe(0);
    expect(siteAt(input, 50, 0, 5)).toBe(-1);
  });
});

test('the file of a map names what its values are, and has u only where a site has one', () => {
  const sites = { x: [0, 10], y: [0, 5], value: [1.07, Number.NaN] };
  expect(waferMapCsv({ ...sites, unit: '', quantity: 'reduced_chi2' })).toBe(
    'site,x (mm),y (mm),reduced_chi2\r\n1,0,0,1.07\r\n2,10,5,\r\n',
  );
  expect(waferMapCsv({ ...sites, u: [Number.NaN, Number.NaN], unit: 'nm' })).toMatch(/^site,x \(mm\),y \(mm\),value \(nm\)\r\n/);
  expect(waferMapCsv({ ...sites, u: [0.01, Number.NaN], unit: 'nm' })).toMatch(/value \(nm\),u \(nm\)\r\n1,0,0,1\.07,0\.01/);
});
