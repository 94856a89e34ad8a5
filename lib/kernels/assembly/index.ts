export { clearUpper, factor, inverse, mirror } from './cholesky';
export { combineColumns, multiplyColumns, reduceColumns } from './columns';
export { complexEigen, complexEigenScratch } from './complex-eigen';
export { complexGemm } from './complex-gemm';
export { complexSolve } from './complex-lu';
export { filmAmplitudes } from './films';
export { gemm } from './gemm';
export { layeredReflectivity } from './layers';
export { factorLu, permute } from './lu';
export { factorQr, transpose } from './qr';
export { symmetricEigen } from './symmetric';
export { solveLower, solveRight, solveUpper } from './triangular';
export { expInPlace, radial, radialAt, sincosInPlace, squaredDistances } from './vector';

/** First byte not used by the kernels themselves: scratch begins there. */
export function scratchBase(): usize {
  return (__heap_base + 15) & ~15;
}
