export { clearUpper, factor, inverse, mirror } from './cholesky';
export { complexEigen, complexEigenScratch } from './complex-eigen';
export { complexGemm } from './complex-gemm';
export { complexSolve } from './complex-lu';
export { gemm } from './gemm';
export { factorLu, permute } from './lu';
export { factorQr } from './qr';
export { solveLower, solveRight, solveUpper } from './triangular';
export { expInPlace, radial, radialAt, squaredDistances } from './vector';

/** First byte that the kernels do not use themselves: scratch begins there. */
export function scratchBase(): usize {
  return (__heap_base + 15) & ~15;
}
