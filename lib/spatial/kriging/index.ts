export * from './covariance';
export * from './drift';
export * from './kriging';
export * from './likelihood';
export * from './simulate';
export * from './variogram';
export * from './wafer-model';
