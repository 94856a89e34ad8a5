export * from './covariance';
export * from './drift';
export * from './interpolate';
export * from './kriging';
export { covarianceLogLikelihood, fitCovariance } from './likelihood';
export { readingsAt } from './repeats';
export * from './simulate';
export * from './variogram';
export * from './wafer-model';
