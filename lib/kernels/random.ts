import { RANDOM_BASE64 } from './random-binary';

interface RandomKernels {
  stateAt(): number;
  edgesAt(): number;
  ratiosAt(): number;
  blockAt(): number;
  uint32(): number;
  uniform(): number;
  integer(n: number): number;
  normal(): number;
  fillUniform(n: number): void;
  fillNormal(n: number): void;
}

/** xoshiro256** and the ziggurat over one state. */
export interface Generator {
  readonly kernels: RandomKernels;
  /** Current state: low and high words of s0 … s3. */
  readonly state: Int32Array;
  /** Output of `fillUniform` and `fillNormal`; its length is the most one call may request. */
  readonly block: Float64Array;
}

const BLOCK_LENGTH = 4096;
// Ziggurat with 128 blocks of equal area (Marsaglia & Tsang 2000, doubles as in Doornik 2005): tail start and block area.
const BLOCKS = 128;
const TAIL = 3.442619855899;
const AREA = 9.91256303526217e-3;

function edges(): Float64Array {
  const x = new Float64Array(BLOCKS + 1);
  let f = Math.exp(-0.5 * TAIL * TAIL);
  x[0] = AREA / f;
  x[1] = TAIL;
  for (let i = 2; i < BLOCKS; i++) {
    x[i] = Math.sqrt(-2 * Math.log(AREA / x[i - 1]! + f));
    f = Math.exp(-0.5 * x[i]! ** 2);
  }
  return x;
}

let shared: Generator | null = null;

/** The one generator of a thread. */
export function generator(): Generator {
  shared ??= open();
  return shared;
}

function open(): Generator {
  const bytes = Uint8Array.from(atob(RANDOM_BASE64), (c) => c.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { exp: Math.exp, log: Math.log } });
  const kernels = exports as unknown as RandomKernels;
  const { buffer } = exports['memory'] as WebAssembly.Memory;
  const x = edges();
  new Float64Array(buffer, kernels.edgesAt(), BLOCKS + 1).set(x);
  const ratios = new Float64Array(buffer, kernels.ratiosAt(), BLOCKS);
  for (let i = 0; i < BLOCKS; i++) ratios[i] = x[i + 1]! / x[i]!;
  return {
    kernels,
    state: new Int32Array(buffer, kernels.stateAt(), 8),
    block: new Float64Array(buffer, kernels.blockAt(), BLOCK_LENGTH),
  };
}
