// npx tsx bench/optics/accuracy.ts — |R0 error| of the Fourier modal method at M = 5, 10, 20, 30 against the modal solver, and what the product picks.
import { chooseTruncation, convergedLineGrating, type LineGrating, radians, solveLineGrating } from '@/lib/optics';

const air = { re: 1, im: 0 };
const binary = (
  periodNm: number,
  thicknessNm: number,
  widthNm: number,
  index: { re: number; im: number },
  substrate = index,
): LineGrating => ({
  periodNm,
  superstrate: air,
  substrate,
  layers: [{ thicknessNm, background: air, segments: [{ x0Nm: -widthNm / 2, x1Nm: widthNm / 2, index }] }],
});
const silicon = { re: 5.5674, im: 0.38612 };
const gold = { re: 0.18344, im: 3.43324 };
const CASES: { name: string; grating: LineGrating; wavelengthNm: number; angleDeg: number }[] = [
  { name: 'Si lines p200, 400 nm, 65°', grating: binary(200, 120, 80, silicon), wavelengthNm: 400, angleDeg: 65 },
  {
    name: 'glass binary p1000, 633 nm, 20°',
    grating: binary(1000, 500, 500, { re: 1.5, im: 0 }),
    wavelengthNm: 633,
    angleDeg: 20,
  },
  {
    name: 'metal 0.22+6.71i p1000, 1000 nm, 30°',
    grating: binary(1000, 1000, 500, { re: 0.22, im: 6.71 }),
    wavelengthNm: 1000,
    angleDeg: 30,
  },
  {
    name: 'Au lines on glass p550, 633 nm, 0°',
    grating: binary(550, 100, 260, gold, { re: 1.46, im: 0 }),
    wavelengthNm: 633,
    angleDeg: 0,
  },
];

console.log('case | pol | M=5 | 10 | 20 | 30 | picked M | its error (R0, r0) | its certificate | modal solver ±');
for (const c of CASES) {
  const angle = radians(c.angleDeg);
  for (const p of ['TE', 'TM'] as const) {
    const truth = convergedLineGrating(c.grating, c.wavelengthNm, angle, p, { resolution: { degree: 5, levels: 5 } });
    const k = truth.truncation;
    const error = (m: number): number =>
      Math.abs(solveLineGrating(c.grating, c.wavelengthNm, angle, p, m).reflected[m]! - truth.reflected[k]!);
    const chosen = chooseTruncation([{ grating: c.grating, wavelengthNm: c.wavelengthNm }], angle, [p]);
    const m = chosen.truncation;
    const { r } = solveLineGrating(c.grating, c.wavelengthNm, angle, p, m);
    const amplitude = Math.hypot(r.re[m]! - truth.r.re[k]!, r.im[m]! - truth.r.im[k]!);
    const e = (v: number): string => v.toExponential(1);
    console.log(
      [
        c.name,
        p,
        ...[5, 10, 20, 30].map((v) => e(error(v))),
        m,
        `${e(error(m))}, ${e(amplitude)}`,
        `${e(chosen.errorEstimate)} ≤ ${e(chosen.tolerance)}: ${chosen.isReached ? 'reached' : 'not reached'}`,
        e(truth.errorEstimate),
      ].join(' | '),
    );
  }
}
