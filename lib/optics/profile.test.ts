import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineProfileOf, trapezoidAmplitude } from '@/lib/xray';
import {
  chooseSliceCount,
  gratingTangents,
  type LineGrating,
  type LineShape,
  layersOf,
  lineGratingDerivatives,
  outlineOf,
  radians,
  sliceShape,
  solveLineGrating,
} from './index';

const shape = (over: Partial<LineShape> = {}): LineShape => ({
  cdNm: 40,
  sections: [
    { heightNm: 20, leftAngleRad: radians(85), rightAngleRad: radians(88), material: 'oxide' },
    { heightNm: 60, leftAngleRad: radians(86), rightAngleRad: radians(92), material: 'silicon' },
  ],
  topRoundingNm: 6,
  footingNm: 5,
  ...over,
});
const area = (s: LineShape, n: number): number =>
  sliceShape(s, n).reduce((a, v) => a + v.thicknessNm * (v.rightNm - v.leftNm), 0);

test('a plain trapezoid: CD at half height, bottom and top from the angle', () => {
  const a = radians(80);
  const plain: LineShape = { cdNm: 50, sections: [{ heightNm: 100, leftAngleRad: a, rightAngleRad: a, material: 'si' }] };
  const o = outlineOf(plain);
  expect([...o.zNm]).toEqual([0, 100]);
  expect(o.rightNm[0]! - o.leftNm[0]!).toBeCloseTo(50 + 100 / Math.tan(a), 12);
  expect(o.rightNm[1]! - o.leftNm[1]!).toBeCloseTo(50 - 100 / Math.tan(a), 12);
  const [low, high] = sliceShape(plain, 2);
  expect(low!.rightNm + low!.leftNm).toBeCloseTo(0, 12);
  expect((low!.rightNm - low!.leftNm + high!.rightNm - high!.leftNm) / 2).toBeCloseTo(50, 12);
});

test('a fillet of radius R takes (1 − π/4)R² from a square corner and gives as much at the foot', () => {
  const square = (top: number, foot: number): LineShape => ({
    cdNm: 60,
    sections: [{ heightNm: 80, leftAngleRad: Math.PI / 2, rightAngleRad: Math.PI / 2, material: 'si' }],
    topRoundingNm: top,
    footingNm: foot,
  });
  const corner = (1 - Math.PI / 4) * 100;
  expect(area(square(10, 0), 160)).toBeCloseTo(4800 - 2 * corner, 1);
  expect(area(square(0, 10), 160)).toBeCloseTo(4800 + 2 * corner, 1);
});

test('slices keep the area at any count; outline and slices agree', () =>
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), (n) => {
      expect(area(shape(), n)).toBeCloseTo(area(shape(), 200), 1);
      expect(sliceShape(shape(), n)).toHaveLength(n);
    }),
  ));

test('the same outline as X-ray trapezoids: F(0) is the area', () => {
  const f = trapezoidAmplitude(
    lineProfileOf(shape(), () => 1, 40),
    [0],
    [0],
  );
  expect(f.re[0]! / area(shape(), 100)).toBeCloseTo(1, 4);
});

test('shapes that cannot be are refused by name', () => {
  expect(() => sliceShape(shape({ topRoundingNm: 30 }), 8)).toThrow(/topRoundingNm/);
  expect(() => sliceShape(shape({ cdNm: 1 }), 8)).toThrow(/cross/);
  expect(() => sliceShape(shape(), 1)).toThrow(/count/);
});

const silicon = { re: 4.2, im: 0.3 };
const air = { re: 1, im: 0 };
const build =
  (count: number) =>
  (p: Float64Array): LineGrating => ({
    periodNm: 120,
    superstrate: air,
    substrate: silicon,
    layers: layersOf(
      shape({
        cdNm: p[0]!,
        topRoundingNm: p[3]!,
        sections: [{ heightNm: p[1]!, leftAngleRad: p[2]!, rightAngleRad: p[2]!, material: 'si' }],
      }),
      count,
      () => ({ re: p[4]!, im: 0.3 }),
      air,
    ),
  });
const p0 = Float64Array.of(45, 90, radians(86), 8, 4.2);

test('the slice count is doubled until the staircase error is below the tolerance, and the estimate holds', () => {
  const zero = (n: number): Float64Array => {
    const { r } = solveLineGrating(build(n)(p0), 450, 1.1, 'TM', 6);
    return Float64Array.of(r.re[6]!, r.im[6]!);
  };
  const c = chooseSliceCount(zero, { tolerance: 2e-3, start: 2 });
  expect(c.isReached).toBe(true);
  const truth = zero(96);
  const got = zero(c.slices);
  expect(Math.hypot(got[0]! - truth[0]!, got[1]! - truth[1]!)).toBeLessThan(2e-3);
});

test('parameters of a profile chain through its slices to the amplitudes', () => {
  const steps = [0.05, 0.05, 1e-3, 0.02, 1e-3];
  const tangents = gratingTangents(build(5), p0, steps);
  const d = lineGratingDerivatives(build(5)(p0), 450, 1.1, 'TM', 5, tangents);
  for (let j = 0; j < p0.length; j++) {
    const f = (s: number): number => {
      const p = p0.slice();
      p[j] = p[j]! + s;
      return solveLineGrating(build(5)(p), 450, 1.1, 'TM', 5).r.im[5]!;
    };
    const h = steps[j]!;
    const want = (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h);
    expect(Math.abs(d.derivatives[j]!.im[5]! - want) / Math.abs(want), `parameter ${j}`).toBeLessThan(1e-6);
  }
});

test('what does not move with a parameter has the tangent 0 exactly, whatever its digits', () => {
  const index = { re: 1.4741237, im: 0.0123457 };
  const of = (p: Float64Array): LineGrating => ({
    periodNm: 300,
    superstrate: { re: 1, im: 0 },
    substrate: { re: 3.881234567, im: 0.0191 },
    layers: [{ thicknessNm: 77.7, background: { re: 1.0003, im: 0 }, segments: [{ x0Nm: -p[0]!, x1Nm: p[0]!, index }] }],
  });
  const [t] = gratingTangents(of, Float64Array.of(31.7), [1e-3]);
  const [layer] = t!.layers!;
  const [segment] = layer!.segments!;
  for (const z of [t!.substrate!, layer!.background!, segment!.index!]) expect([Math.abs(z.re), Math.abs(z.im)]).toEqual([0, 0]);
  expect(layer!.thicknessNm! + 0).toBe(0);
  expect([segment!.x0Nm, segment!.x1Nm]).toEqual([expect.closeTo(-1, 10), expect.closeTo(1, 10)]);
});
