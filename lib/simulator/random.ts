import { createRng, type Rng } from '@/lib/numerics';

/** The generator of one purpose: its numbers depend on seed and key alone, never on what was drawn before elsewhere. */
export function keyed(seed: number, ...key: readonly (string | number)[]): Rng {
  return createRng(seed, key.join('|'));
}

/** Standard normal number of a key. */
export function keyedNormal(seed: number, ...key: readonly (string | number)[]): number {
  return keyed(seed, ...key).normal();
}

/** Uniform number in [low, high) of a generator. */
export function between(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}
