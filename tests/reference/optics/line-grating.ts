import type { Complex } from '@/lib/numerics';
import {
  chooseTruncation,
  convergedLineGrating,
  type Diffraction,
  type GratingLayer,
  type LineGrating,
  psiDelta,
  radians,
  solveLineGrating,
} from '@/lib/optics';
import { has, num, obj, objects, str, vec } from '../read';
import type { Input, Mismatch, ReferenceCase, ReferenceMethod } from '../types';
import { Checker, complexVec, indexOf } from './read';

/** The grating of a case at wavelength number `i`. */
export function gratingAt(input: Input, i: number, wavelengths: number): LineGrating {
  const materials = obj(input, 'materials');
  const index = (name: string): Complex => {
    const n = indexOf(obj(materials, name), wavelengths);
    return { re: n.re[i]!, im: n.im[i]! };
  };
  const layer = (l: Input): GratingLayer => ({
    thicknessNm: num(l, 'thickness_nm'),
    background: index(str(l, 'background')),
    segments: objects(l, 'segments').map((s) => ({
      x0Nm: num(s, 'x0_nm'),
      x1Nm: num(s, 'x1_nm'),
      index: index(str(s, 'material')),
    })),
  });
  return {
    periodNm: num(input, 'period_nm'),
    superstrate: has(input, 'superstrate_n') ? { re: num(input, 'superstrate_n'), im: 0 } : index(str(input, 'superstrate')),
    substrate: index(str(input, 'substrate')),
    layers: objects(input, 'layers').map(layer),
  };
}

function check(c: ReferenceCase): Mismatch[] {
  const out = new Checker();
  const { input } = c;
  const wavelengths = vec(input, 'wavelength_nm');
  const gratings = wavelengths.map((_, i) => gratingAt(input, i, wavelengths.length));
  const angle = radians(num(input, 'angle_deg'));
  const limit = c.tolerance['truncated_abs'] as number;
  for (const e of objects(c.expected, 'truncated')) {
    const m = num(e, 'M');
    const amplitude = { TE: { re: new Float64Array(wavelengths.length), im: new Float64Array(wavelengths.length) } };
    const all = { ...amplitude, TM: { re: new Float64Array(wavelengths.length), im: new Float64Array(wavelengths.length) } };
    for (const p of ['TE', 'TM'] as const) {
      if (!has(e, p)) continue;
      const want = obj(e, p);
      const r0 = complexVec(want, 'r0');
      for (const [i, w] of wavelengths.entries()) {
        const got = solveLineGrating(gratings[i]!, w, angle, p, m);
        all[p].re[i] = got.r.re[m]!;
        all[p].im[i] = got.r.im[m]!;
        out.value(`M=${m}.${p}.r0.re[${i}]`, got.r.re[m], r0.re[i], limit);
        out.value(`M=${m}.${p}.r0.im[${i}]`, got.r.im[m], r0.im[i], limit);
        for (const side of ['R', 'T'] as const) {
          for (const [order, values] of Object.entries(obj(want, side))) {
            const value = (side === 'R' ? got.reflected : got.transmitted)[Number(order) + m];
            out.value(`M=${m}.${p}.${side}.${order}[${i}]`, value, (values as (number | null)[])[i], limit);
          }
        }
      }
    }
    if (!has(e, 'Psi_deg')) continue;
    const angles = psiDelta(all.TM, all.TE);
    const size = (a: { re: Float64Array; im: Float64Array }, i: number): number => Math.hypot(a.re[i]!, a.im[i]!);
    // an error of the amplitudes moves Ψ and Δ by error/|r|
    for (let i = 0; i < wavelengths.length; i++) {
      const slack = ((180 / Math.PI) * limit) / Math.min(size(all.TE, i), size(all.TM, i));
      out.value(`M=${m}.Psi_deg[${i}]`, angles.psiDeg[i], vec(e, 'Psi_deg')[i], slack);
      out.angle(`M=${m}.Delta_deg[${i}]`, angles.deltaDeg[i]!, vec(e, 'Delta_deg')[i]!, 2 * slack);
    }
  }
  for (const e of has(c.expected, 'converged') ? objects(c.expected, 'converged') : [])
    checkConverged(out, e, gratings, wavelengths, angle);
  return out.out;
}

/** What the modal solver may leave at its own resolution: in TM the corners of metals count. */
const MODAL_ERROR = { TE: 1e-7, TM: 1e-4 } as const;
/** Errors that the choice of the truncation is asked for. */
const ASKED = [1e-2, 1e-3] as const;

/**
 * Values for M → ∞, from other programs. A truncation that is said to reach what was asked is off by no more than that; the modal solver by no more than
 * is left to it here. And what either states of its own error covers what it really is.
 */
function checkConverged(
  out: Checker,
  want: Input,
  gratings: readonly LineGrating[],
  wavelengths: readonly number[],
  angle: number,
): void {
  const wavelengthNm = num(want, 'wavelength_nm');
  const grating = gratings[wavelengths.indexOf(wavelengthNm)]!;
  const known = num(want, 'error_estimate');
  for (const p of ['TE', 'TM'] as const) {
    if (!has(want, p)) continue;
    const at = `${wavelengthNm}.${p}`;
    const truth = obj(want, p);
    for (const tolerance of ASKED) {
      const chosen = chooseTruncation([{ grating, wavelengthNm }], angle, [p], { tolerance });
      const fourier = solveLineGrating(grating, wavelengthNm, angle, p, chosen.truncation);
      const path = `${at}.asked ${tolerance}, M=${chosen.truncation}`;
      if (chosen.isReached) compareConverged(out, path, fourier, truth, known + tolerance);
      compareConverged(out, `${path}.stated`, fourier, truth, known + chosen.errorEstimate);
    }
    const modal = convergedLineGrating(grating, wavelengthNm, angle, p);
    compareConverged(out, `${at}.modal`, modal, truth, known + MODAL_ERROR[p]);
    compareConverged(out, `${at}.modal.stated`, modal, truth, known + modal.errorEstimate);
  }
}

function compareConverged(out: Checker, path: string, got: Diffraction, want: Input, limit: number): void {
  const m = got.truncation;
  out.value(`${path}.r0.re`, got.r.re[m], num(obj(want, 'r0'), 're'), limit);
  out.value(`${path}.r0.im`, got.r.im[m], num(obj(want, 'r0'), 'im'), limit);
  for (const side of ['R', 'T'] as const) {
    for (const [order, value] of Object.entries(obj(want, side)))
      out.value(`${path}.${side}.${order}`, (side === 'R' ? got.reflected : got.transmitted)[Number(order) + m], value, limit);
  }
}

export const lineGratingMethod: ReferenceMethod = { compute: () => null, compare: (_, c) => check(c) };
