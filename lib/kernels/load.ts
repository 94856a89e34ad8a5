import { AppError } from '@/lib/errors';
import { KERNELS_BASE64 } from './binary';

/**
 * The compiled kernels. Pointers are byte addresses in the memory of the module, leading dimensions and strides are counted in elements,
 * matrices are row-major unless strides say otherwise.
 */
export interface Kernels {
  gemm(
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: number,
    aRow: number,
    aCol: number,
    b: number,
    bRow: number,
    bCol: number,
    c: number,
    ldc: number,
    lower: number,
  ): void;
  factor(n: number, a: number, lda: number, diagonal: number): number;
  clearUpper(n: number, a: number, lda: number): void;
  mirror(n: number, a: number, lda: number): void;
  inverse(n: number, l: number, out: number): void;
  factorLu(n: number, a: number, pivots: number): number;
  permute(n: number, m: number, b: number, pivots: number): void;
  solveLower(n: number, m: number, t: number, row: number, col: number, unit: number, x: number, ldx: number): void;
  solveUpper(n: number, m: number, t: number, row: number, col: number, x: number, ldx: number): void;
  factorQr(
    m: number,
    n: number,
    extra: number,
    a: number,
    tau: number,
    c: number,
    pivot: number,
    norms: number,
    permutation: number,
  ): void;
  transpose(m: number, n: number, a: number, b: number): void;
  multiplyColumns(n: number, x: number, y: number, z: number): void;
  reduceColumns(m: number, n: number, extra: number, c: number, t: number): void;
  combineColumns(n: number, p: number, c: number, b: number, y: number): void;
  expInPlace(n: number, p: number): void;
  sincosInPlace(n: number, p: number, c: number): void;
  layeredReflectivity(
    slabs: number,
    cr: number,
    ci: number,
    thickness: number,
    sigma: number,
    points: number,
    q: number,
    out: number,
  ): void;
  filmAmplitudes(media: number, w: number, index: number, k0: number, tangential: number, thickness: number, out: number): void;
  squaredDistances(n: number, m: number, d: number, a: number, b: number, out: number, lower: number): void;
  radial(family: number, slope: number, n: number, p: number, scale: number, variance: number, zero: number): void;
  radialAt(family: number, u: number): number;
  complexGemm(
    m: number,
    n: number,
    k: number,
    alpha: number,
    aRe: number,
    aIm: number,
    aRow: number,
    aCol: number,
    bRe: number,
    bIm: number,
    bRow: number,
    bCol: number,
    cRe: number,
    cIm: number,
    ldc: number,
  ): void;
  complexSolve(n: number, m: number, aRe: number, aIm: number, bRe: number, bIm: number, pivots: number): number;
  symmetricEigen(n: number, a: number, q: number, d: number, work: number): number;
  complexEigenScratch(n: number): number;
  complexEigen(n: number, re: number, im: number, values: number, scratch: number): number;
}

interface Instance {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  readonly base: number;
}

const PAGE = 65536;
/** Memory grows by whole mebibytes; a call that needed more than this releases all of it at its end. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** What a 32-bit module can address, less the packing buffers. */
const MAX_DOUBLES = (2 ** 32 - 64 * PAGE) / 8;

let compiled: WebAssembly.Module | null = null;
let instance: Instance | null = null;

function open(): Instance {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNELS_BASE64), (c) => c.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(compiled);
  const memory = exports['memory'] as WebAssembly.Memory;
  const base = (exports['scratchBase'] as () => number)();
  return { kernels: exports as unknown as Kernels, memory, base };
}

/**
 * Run kernels over scratch memory of a given size. The scratch is not cleared, and neither it nor a view of it may outlive the call: memory is grown
 * before the view is made, never under it. Calls do not nest.
 * @param doubles - scratch, in 64-bit numbers.
 * @param use - `scratch[i]` is at byte `base + 8·i`.
 * @throws AppError `out_of_domain` when the problem does not fit into the address space of the kernels.
 */
export function withKernels<T>(doubles: number, use: (kernels: Kernels, scratch: Float64Array, base: number) => T): T {
  if (!(doubles < MAX_DOUBLES))
    throw new AppError('out_of_domain', `${doubles} numbers of scratch do not fit into 4 GiB; split the problem`, { doubles });
  instance ??= open();
  const { kernels, memory, base } = instance;
  const end = base + 8 * doubles;
  const have = memory.buffer.byteLength;
  if (end > have) memory.grow(Math.ceil((end - have) / (16 * PAGE)) * 16);
  try {
    return use(kernels, new Float64Array(memory.buffer, base, doubles), base);
  } finally {
    if (memory.buffer.byteLength > KEPT_BYTES) instance = null;
  }
}
