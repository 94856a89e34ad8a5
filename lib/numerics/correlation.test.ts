import fc from 'fast-check';
import { expect, test } from 'vitest';
import { correlationOf } from './correlation';

test('the worked example: voltage, current and phase of an impedance (JCGM 100:2008, table H.2)', () => {
  // u(V) = 0.0032 V, u(I) = 0.0095 mA, u(φ) = 0.00075 rad; r(V, I) = −0.36, r(V, φ) = 0.86, r(I, φ) = −0.65
  const u = [0.0032, 0.0095, 0.00075];
  const r = [1, -0.36, 0.86, -0.36, 1, -0.65, 0.86, -0.65, 1];
  const got = correlationOf(
    r.map((v, k) => v * u[Math.floor(k / 3)]! * u[k % 3]!),
    3,
  );
  for (const [k, v] of r.entries()) expect(got[k]).toBeCloseTo(v, 14);
});

test('a variance that is none gives no correlation, and leaves the others theirs', () => {
  for (const none of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const r = correlationOf([4, 0, -3, 0, none, 0, -3, 0, 9], 3);
    expect([...r]).toEqual([1, Number.NaN, -0.5, Number.NaN, Number.NaN, Number.NaN, -0.5, Number.NaN, 1]);
  }
});

test('other units change no correlation, however small the variances are', () =>
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 6, maxLength: 6 }),
      fc.constantFrom(1e-150, 1e-9, 1e9, 1e150),
      (x, unit) => {
        const rows = [x.slice(0, 3), x.slice(3), [1, 0.5, 2]];
        const dot = (a: number[], b: number[]): number => a.reduce((s, v, k) => s + v * b[k]!, 0);
        const c = rows.flatMap((a, i) => rows.map((b, j) => dot(a, b) + (i === j ? 0.1 : 0)));
        const scaled = c.map((v, k) => v * (k % 3 === 0 ? unit : 1) * (k < 3 ? unit : 1));
        const [a, b] = [correlationOf(c, 3), correlationOf(scaled, 3)];
        for (let k = 0; k < 9; k++) expect(b[k]).toBeCloseTo(a[k]!, 12);
      },
    ),
  ));
