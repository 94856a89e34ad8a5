import { type FilmResponse, incoherentStack, type PowerResponse, psiDelta, radians, thinFilm } from '@/lib/optics';
import { flag, has, num, obj, objects, vec } from '../read';
import type { Input, Mismatch, ReferenceCase, ReferenceMethod } from '../types';
import { Checker, complexVec, indexOf } from './read';

/** Psi and Delta are compared where |rs| > 1e-6, Delta modulo 360 and where |rp| > 1e-6, as the file's note says. */
function check(c: ReferenceCase): Mismatch[] {
  const out = new Checker();
  const tolerance = (key: string): number => c.tolerance[key] as number;
  for (const [a, e] of objects(c.expected, 'per_angle').entries()) {
    const got = respond(c.input, num(e, 'angle_deg'));
    for (const key of ['Rs', 'Rp', 'Ts', 'Tp'] as const)
      if (has(e, key)) out.array(`${a}.${key}`, got[key], vec(e, key), tolerance('R_abs'));
    if (!isCoherent(got)) continue;
    for (const key of ['rs', 'rp', 'ts', 'tp'] as const) {
      if (!has(e, key)) continue;
      out.array(`${a}.${key}.re`, got[key].re, Array.from(complexVec(e, key).re), tolerance('r_abs'));
      out.array(`${a}.${key}.im`, got[key].im, Array.from(complexVec(e, key).im), tolerance('r_abs'));
    }
    if (!has(e, 'Psi_deg')) continue;
    const angles = psiDelta(got.rp, got.rs);
    const psi = vec(e, 'Psi_deg');
    const delta = vec(e, 'Delta_deg');
    for (let i = 0; i < psi.length; i++) {
      if (!(Math.hypot(got.rs.re[i]!, got.rs.im[i]!) > 1e-6)) continue;
      out.value(`${a}.Psi_deg[${i}]`, angles.psiDeg[i], psi[i], tolerance('angle_deg_abs'));
      if (Math.hypot(got.rp.re[i]!, got.rp.im[i]!) > 1e-6)
        out.angle(`${a}.Delta_deg[${i}]`, angles.deltaDeg[i]!, delta[i]!, tolerance('angle_deg_abs'));
    }
  }
  return out.out;
}

const isCoherent = (r: FilmResponse | PowerResponse): r is FilmResponse => 'rs' in r;

function respond(input: Input, angleDeg: number): FilmResponse | PowerResponse {
  const wavelengths = vec(input, 'wavelength_nm');
  const w = wavelengths.length;
  const angle = radians(angleDeg);
  const film = (l: Input) => ({ thicknessNm: num(l, 'thickness_nm', 0), index: indexOf(l, w) });
  if (has(input, 'stack')) {
    const stack = objects(input, 'stack');
    const inner = stack.slice(1, -1).map((l) => ({ ...film(l), coherent: flag(l, 'coherent') }));
    return incoherentStack(indexOf(stack[0]!, w), inner, indexOf(stack[stack.length - 1]!, w), wavelengths, angle);
  }
  return thinFilm(
    {
      ambient: indexOf(obj(input, 'ambient'), w),
      films: objects(input, 'layers').map(film),
      substrate: indexOf(obj(input, 'substrate'), w),
    },
    wavelengths,
    angle,
  );
}

export const thinFilmMethod: ReferenceMethod = { compute: () => null, compare: (_, c) => check(c) };
