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

// Ziggurat with 128 blocks of equal area (Marsaglia & Tsang 2000, doubles as in Doornik 2005): tail start and block area.
const BLOCKS = 128;
const TAIL = 3.442619855899;
const AREA = 9.91256303526217e-3;
const ZX = new Float64Array(BLOCKS + 1);
const ZRATIO = new Float64Array(BLOCKS);
{
  let f = Math.exp(-0.5 * TAIL * TAIL);
  ZX[0] = AREA / f;
  ZX[1] = TAIL;
  for (let i = 2; i < BLOCKS; i++) {
    ZX[i] = Math.sqrt(-2 * Math.log(AREA / ZX[i - 1]! + f));
    f = Math.exp(-0.5 * ZX[i]! ** 2);
  }
  for (let i = 0; i < BLOCKS; i++) ZRATIO[i] = ZX[i + 1]! / ZX[i]!;
}

class Xoshiro256 implements Rng {
  private readonly s: Int32Array;
  private low = 0;

  constructor(
    words: ArrayLike<number>,
    private readonly seed: number,
    private readonly name: string,
  ) {
    this.s = Int32Array.from({ length: 8 }, (_, i) => words[i]! | 0);
  }

  // One step: returns the high word of rotl(s1·5, 7)·9 and leaves the low word in `low`; 64-bit sums by hand.
  private next(): number {
    const s = this.s;
    const h1 = s[2]!;
    const l1 = s[3]!;
    // s1·5 = 4·s1 + s1, rotated by 7, ·9 = 8·r + r; the carry is read from the exact sum of the low words
    let sum = ((l1 << 2) >>> 0) + (l1 >>> 0);
    const pl = sum | 0;
    const ph = (((h1 << 2) | (l1 >>> 30)) + h1 + (sum > 0xffffffff ? 1 : 0)) | 0;
    const rh = (ph << 7) | (pl >>> 25);
    const rl = (pl << 7) | (ph >>> 25);
    sum = ((rl << 3) >>> 0) + (rl >>> 0);
    this.low = sum | 0;
    const hi = (((rh << 3) | (rl >>> 29)) + rh + (sum > 0xffffffff ? 1 : 0)) | 0;
    const th = (h1 << 17) | (l1 >>> 15);
    const tl = l1 << 17;
    s[4]! ^= s[0]!;
    s[5]! ^= s[1]!;
    s[6]! ^= h1;
    s[7]! ^= l1;
    s[2]! ^= s[4]!;
    s[3]! ^= s[5]!;
    s[0]! ^= s[6]!;
    s[1]! ^= s[7]!;
    s[4]! ^= th;
    s[5]! ^= tl;
    const h3 = s[6]!;
    const l3 = s[7]!;
    s[6] = (l3 << 13) | (h3 >>> 19); // rotl by 45 = swap words, then rotl by 13
    s[7] = (h3 << 13) | (l3 >>> 19);
    return hi;
  }

  uint32(): number {
    return this.next() >>> 0;
  }

  uniform(): number {
    const hi = this.next() >>> 0;
    return (hi * 0x200000 + (this.low >>> 11)) * 2 ** -53;
  }

  integer(n: number): number {
    const limit = Math.floor(2 ** 53 / n) * n;
    for (;;) {
      const hi = this.next() >>> 0;
      const v = hi * 0x200000 + (this.low >>> 11);
      if (v < limit) return v % n;
    }
  }

  normal(): number {
    for (;;) {
      const hi = this.next() >>> 0;
      const u = 2 * ((hi * 0x200000 + (this.low >>> 11)) * 2 ** -53) - 1;
      const i = this.low & 127; // the low bits are not used by u
      const x = u * ZX[i]!;
      if (Math.abs(u) < ZRATIO[i]!) return x;
      if (i === 0) return this.tail(u < 0);
      const f0 = Math.exp(-0.5 * (ZX[i]! ** 2 - x * x));
      const f1 = Math.exp(-0.5 * (ZX[i + 1]! ** 2 - x * x));
      if (f1 + this.uniform() * (f0 - f1) < 1) return x;
    }
  }

  private tail(negative: boolean): number {
    for (;;) {
      const x = Math.log(1 - this.uniform()) / TAIL;
      const y = Math.log(1 - this.uniform());
      if (-2 * y >= x * x) return negative ? x - TAIL : TAIL - x;
    }
  }

  stream(name: string): Rng {
    return createRng(this.seed, this.name === '' ? name : `${this.name}/${name}`);
  }

  state(): number[] {
    return Array.from(this.s);
  }
}
