import { type ComplexArray, complexArray } from '@/lib/numerics';
import { has, num, obj, vec } from '../read';
import type { Input, Mismatch } from '../types';

/** A complex array of a case: `{re: [...], im: [...]}`. */
export function complexVec(o: Input, key: string): ComplexArray {
  const v = obj(o, key);
  const re = Float64Array.from(vec(v, 're'));
  return complexArray(re.length, re, Float64Array.from(vec(v, 'im')));
}

/** A material `{n, k}` given as scalars or as arrays along the wavelength: ñ as arrays. */
export function indexOf(o: Input, length: number): ComplexArray {
  const part = (key: string): Float64Array<ArrayBuffer> =>
    Array.isArray(o[key]) ? Float64Array.from(vec(o, key)) : new Float64Array(length).fill(has(o, key) ? num(o, key) : 0);
  return complexArray(length, part('n'), part('k'));
}

/** Collects differences above an absolute tolerance. */
export class Checker {
  readonly out: Mismatch[] = [];

  /** |got − expected| ≤ tolerance; a null expectation must be met by null or NaN. */
  value(path: string, got: number | null | undefined, expected: unknown, tolerance: number): void {
    if (expected === null) {
      if (got !== null && got !== undefined && !Number.isNaN(got)) this.fail(path, got, expected, tolerance);
      return;
    }
    if (typeof expected !== 'number' || typeof got !== 'number' || !(Math.abs(got - expected) <= tolerance))
      this.fail(path, got, expected, tolerance);
  }

  array(path: string, got: ArrayLike<number | null> | undefined, expected: readonly unknown[], tolerance: number): void {
    if (got?.length !== expected.length) {
      this.fail(path, got === undefined ? 'nothing' : `${got.length} values`, `${expected.length} values`, tolerance);
      return;
    }
    for (let i = 0; i < expected.length; i++) this.value(`${path}[${i}]`, got[i], expected[i], tolerance);
  }

  /** Angles in degrees, modulo 360. */
  angle(path: string, got: number, expected: number, tolerance: number): void {
    const d = Math.abs(got - expected) % 360;
    if (!(Math.min(d, 360 - d) <= tolerance)) this.fail(path, got, expected, tolerance);
  }

  fail(path: string, got: unknown, expected: unknown, tolerance: number): void {
    this.out.push({ path, got, expected, tolerance: String(tolerance) });
  }
}
