export * from './covariance';
export * from './drift';
export * from './kriging';
export * from './likelihood';
export { readingsAt } from './repeats';
export * from './simulate';
export * from './variogram';
export * from './wafer-model';
