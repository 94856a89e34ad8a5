import { type Generator, generator } from '@/lib/kernels';

/**
 * Seeded random numbers: xoshiro256** of Blackman and Vigna with named streams. The same seed and stream name give the
 * same numbers on every machine; streams of different names are independent for any practical length.
 * @reference Blackman & Vigna, ACM Trans. Math. Softw. 47 (2021) 36; SplitMix64: Steele et al., OOPSLA 2014.
 */
export interface Rng {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal deviate (ziggurat). */
  normal(): number;
  /** Fill an array with the next uniform or normal deviates: the same numbers as one by one, several times faster. */
  fillUniform(out: Float64Array): void;
  fillNormal(out: Float64Array): void;
  /** Uniform integer in [0, n), without modulo bias. */
  integer(n: number): number;
  /** The upper 32 bits of the next output, unsigned. */
  uint32(): number;
  /** A new independent stream named below this one; this stream does not advance. */
  stream(name: string): Rng;
  /** Eight 32-bit words (hi, lo of s0..s3): put it into `rngFromState` to continue from here. */
  state(): number[];
}

const MASK = (1n << 64n) - 1n;

function splitMix64(seed: bigint): () => bigint {
  let x = seed & MASK;
  return () => {
    x = (x + 0x9e3779b97f4a7c15n) & MASK;
    let z = x;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return z ^ (z >> 31n);
  };
}

// FNV-1a, 64 bit: enough to tell stream names apart; SplitMix64 does the mixing.
function hashName(name: string): bigint {
  let h = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) h = ((h ^ BigInt(byte)) * 0x100000001b3n) & MASK;
  return h;
}

/**
 * Generator for a seed and a stream name.
 * @param seed - any safe integer (its 64-bit two's complement is used).
 * @param stream - name of the stream; '' is the main one.
 * @reference as {@link Rng}; ziggurat: Marsaglia & Tsang, J. Stat. Softw. 5 (2000) 8.
 */
export function createRng(seed: number, stream = ''): Rng {
  const next = splitMix64(BigInt(Math.trunc(seed)) ^ (stream === '' ? 0n : hashName(stream)));
  const words: number[] = [];
  for (let i = 0; i < 4; i++) {
    const w = next();
    words.push(Number(w >> 32n), Number(w & 0xffffffffn));
  }
  return new Xoshiro256(words, seed, stream);
}

/** Generator that continues from a saved `state()`. Child streams derive from `seed` and `stream`. */
export function rngFromState(state: ArrayLike<number>, seed = 0, stream = ''): Rng {
  return new Xoshiro256(state, seed, stream);
}

// One generator serves all streams of a thread; whoever draws puts its state in, unless it drew last.
let owner: Xoshiro256 | null = null;

class Xoshiro256 implements Rng {
  private readonly s: Int32Array;

  constructor(
    words: ArrayLike<number>,
    private readonly seed: number,
    private readonly name: string,
  ) {
    this.s = Int32Array.from({ length: 8 }, (_, i) => words[i ^ 1]! | 0);
  }

  private take(): Generator {
    const shared = generator();
    if (owner !== this) {
      owner?.s.set(shared.state);
      shared.state.set(this.s);
      owner = this;
    }
    return shared;
  }

  uint32(): number {
    return this.take().kernels.uint32();
  }

  uniform(): number {
    return this.take().kernels.uniform();
  }

  integer(n: number): number {
    return this.take().kernels.integer(n);
  }

  normal(): number {
    return this.take().kernels.normal();
  }

  fillUniform(out: Float64Array): void {
    const { kernels, block } = this.take();
    for (let from = 0; from < out.length; from += block.length) {
      const n = Math.min(block.length, out.length - from);
      kernels.fillUniform(n);
      out.set(n === block.length ? block : block.subarray(0, n), from);
    }
  }

  fillNormal(out: Float64Array): void {
    const { kernels, block } = this.take();
    for (let from = 0; from < out.length; from += block.length) {
      const n = Math.min(block.length, out.length - from);
      kernels.fillNormal(n);
      out.set(n === block.length ? block : block.subarray(0, n), from);
    }
  }

  stream(name: string): Rng {
    return createRng(this.seed, this.name === '' ? name : `${this.name}/${name}`);
  }

  state(): number[] {
    if (owner === this) this.s.set(generator().state);
    return Array.from({ length: 8 }, (_, i) => this.s[i ^ 1]!);
  }
}
