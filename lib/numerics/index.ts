export {
  type ComplexArray,
  type Coordinate,
  complexArray,
  complexEigen,
  complexInvertInPlace,
  complexMultiply,
  complexSolve,
  expInPlace,
  filmAmplitudes,
  forwardSolveManyInPlace,
  type Layers,
  layeredReflectivity,
  type ModalStep,
  type Modes,
  type Monomials,
  modalStep,
  type RadialFamily,
  radialCorrelation,
  radialMatrix,
  solveInPlace,
  symmetricQr,
} from '@/lib/kernels';
export * from './beside-limit';
export * from './cholesky';
export * from './complex';
export * from './correlation';
export * from './differential-evolution';
export * from './distributions';
export * from './interpolation';
export * from './least-squares';
export * from './levenberg-marquardt';
export * from './matrix';
export * from './minimise';
export * from './missing';
export * from './monomials';
export * from './normal-moments';
export * from './qp';
export * from './qr';
export * from './quadrature';
export * from './regression';
export * from './rng';
export * from './robust';
export * from './selection';
export * from './semidefinite';
export * from './special';
export * from './statistics';
export * from './svd';
export * from './symmetric';
export * from './variation';
