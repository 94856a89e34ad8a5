import type { Input, Json } from './types';

/** Typed access to the JSON of a case; a wrong shape is an error of the case and fails it. */
export function num(o: Input, key: string, fallback?: number): number {
  const v = o[key];
  if (v === undefined || v === null) {
    if (fallback !== undefined) return fallback;
    throw new Error(`input.${key} is missing`);
  }
  return toNumber(v, key);
}

function toNumber(v: Json, key: string): number {
  if (v === 'inf' || v === '+inf') return Number.POSITIVE_INFINITY;
  if (v === '-inf') return Number.NEGATIVE_INFINITY;
  if (v === null) return Number.NaN;
  if (typeof v !== 'number') throw new Error(`input.${key} is not a number`);
  return v;
}

export function str(o: Input, key: string, fallback?: string): string {
  const v = o[key];
  if (typeof v === 'string') return v;
  if (v === undefined && fallback !== undefined) return fallback;
  throw new Error(`input.${key} is not a string`);
}

export const has = (o: Input, key: string): boolean => o[key] !== undefined && o[key] !== null;

export function flag(o: Input, key: string, fallback = false): boolean {
  const v = o[key];
  return typeof v === 'boolean' ? v : fallback;
}

/** A vector; null becomes NaN, "inf" an infinity. */
export function vec(o: Input, key: string): number[] {
  const v = o[key];
  if (!Array.isArray(v)) throw new Error(`input.${key} is not an array`);
  return v.map((x) => toNumber(x, key));
}

/** A vector of n entries, or one number that stands for all of them. */
export function spread(o: Input, key: string, n: number): number[] {
  return Array.isArray(o[key]) ? vec(o, key) : new Array<number>(n).fill(num(o, key));
}

/** A matrix as nested rows. */
export function mat(o: Input, key: string): number[][] {
  const v = o[key];
  if (!Array.isArray(v)) throw new Error(`input.${key} is not a matrix`);
  return v.map((row) => {
    if (!Array.isArray(row)) throw new Error(`input.${key} is not a matrix`);
    return row.map((x) => toNumber(x, key));
  });
}

/** Nested arrays of any depth, as they are. */
export function arr(o: Input, key: string): Json[] {
  const v = o[key];
  if (!Array.isArray(v)) throw new Error(`input.${key} is not an array`);
  return v;
}

export function obj(o: Input, key: string): Input {
  const v = o[key];
  if (v === null || typeof v !== 'object' || Array.isArray(v)) throw new Error(`input.${key} is not an object`);
  return v;
}

export function objects(o: Input, key: string): Input[] {
  return arr(o, key).map((v) => {
    if (v === null || typeof v !== 'object' || Array.isArray(v))
      throw new Error(`input.${key} holds something that is not an object`);
    return v;
  });
}

export function strings(o: Input, key: string): string[] {
  return arr(o, key).map((v) => {
    if (typeof v !== 'string') throw new Error(`input.${key} holds something that is not a string`);
    return v;
  });
}
