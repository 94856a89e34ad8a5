import { AppError } from '@/lib/errors';

/** Radial order n and azimuthal order m; m < 0 is the sine. */
export interface Nm {
  readonly n: number;
  readonly m: number;
}

function requireNm(n: number, m: number): void {
  if (!Number.isInteger(n) || !Number.isInteger(m) || n < 0 || Math.abs(m) > n || (n - Math.abs(m)) % 2 !== 0) {
    throw new AppError('out_of_domain', `(n, m) = (${n}, ${m}) is not a Zernike index; n >= |m| and n − |m| even`, { n, m });
  }
}

function requireIndex(name: string, j: number, first: number): void {
  if (!Number.isInteger(j) || j < first)
    throw new AppError('out_of_domain', `${name} index must be an integer >= ${first}, got ${j}`);
}

/** OSA/ANSI single index j = (n(n + 2) + m)/2, from 0. @throws AppError `out_of_domain`. @reference ANSI Z80.28-2010. */
export function nmToOsa(n: number, m: number): number {
  requireNm(n, m);
  return (n * (n + 2) + m) / 2;
}

/** (n, m) of an OSA/ANSI index. @reference ANSI Z80.28-2010. */
export function osaToNm(j: number): Nm {
  requireIndex('OSA', j, 0);
  let n = Math.floor((Math.sqrt(8 * j + 1) - 1) / 2);
  if (((n + 1) * (n + 2)) / 2 <= j) n++;
  return { n, m: 2 * j - n * (n + 2) };
}

/**
 * Noll index, from 1: even is a cosine, odd a sine.
 * @throws AppError `out_of_domain` for an (n, m) that does not exist.
 * @reference R. J. Noll, J. Opt. Soc. Am. 66 (1976) 207.
 */
export function nmToNoll(n: number, m: number): number {
  requireNm(n, m);
  const low = n % 4 < 2;
  const extra = m === 0 || (m > 0 ? !low : low) ? 1 : 0;
  return (n * (n + 1)) / 2 + Math.abs(m) + extra;
}

/** (n, m) of a Noll index. @reference R. J. Noll, J. Opt. Soc. Am. 66 (1976) 207. */
export function nollToNm(j: number): Nm {
  requireIndex('Noll', j, 1);
  let n = Math.ceil((Math.sqrt(8 * j + 1) - 3) / 2);
  if ((n * (n + 1)) / 2 >= j) n--;
  const k = j - (n * (n + 1)) / 2 - 1;
  const m = (n % 2) + 2 * Math.floor((k + ((n + 1) % 2)) / 2);
  return { n, m: j % 2 === 0 ? m : -m || 0 };
}

/**
 * Fringe (University of Arizona) index, from 1.
 * @throws AppError `out_of_domain` for an (n, m) that does not exist.
 * @reference Wyant & Creath, Applied Optics and Optical Engineering XI (1992) 28.
 */
export function nmToFringe(n: number, m: number): number {
  requireNm(n, m);
  return (1 + (n + Math.abs(m)) / 2) ** 2 - 2 * Math.abs(m) + (m < 0 ? 1 : 0);
}

/** (n, m) of a fringe index. @reference Wyant & Creath, Applied Optics and Optical Engineering XI (1992) 28. */
export function fringeToNm(j: number): Nm {
  requireIndex('fringe', j, 1);
  const d = Math.ceil(Math.sqrt(j));
  const rest = d * d - j;
  const m = Math.ceil(rest / 2);
  return { n: 2 * (d - 1) - m, m: 2 * m - rest === 1 ? -m : m };
}

/** Number of polynomials up to radial order n: (n + 1)(n + 2)/2. */
export function termsOfOrder(n: number): number {
  requireIndex('radial order', n, 0);
  return ((n + 1) * (n + 2)) / 2;
}

const NAMES: Readonly<Record<string, string>> = {
  '0,0': 'piston',
  '1,-1': 'tilt y',
  '1,1': 'tilt x',
  '2,-2': 'astigmatism 45°',
  '2,0': 'bowl',
  '2,2': 'astigmatism 0°',
  '3,-3': 'trefoil y',
  '3,-1': 'coma y',
  '3,1': 'coma x',
  '3,3': 'trefoil x',
  '4,-4': 'tetrafoil 22.5°',
  '4,-2': 'secondary astigmatism 45°',
  '4,0': 'ring',
  '4,2': 'secondary astigmatism 0°',
  '4,4': 'tetrafoil 0°',
  '6,0': 'edge ring',
};

/** Everyday name of a term on a wafer; empty where it has none. The only table of these names. */
export const zernikeWord = (n: number, m: number): string => NAMES[`${n},${m}`] ?? '';

/** Name of an OSA term: `Z(2,0) bowl`; the index alone where the term has no name. */
export function zernikeName(j: number): string {
  const { n, m } = osaToNm(j);
  const name = zernikeWord(n, m);
  return name ? `Z(${n},${m}) ${name}` : `Z(${n},${m})`;
}
