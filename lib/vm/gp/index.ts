export * from './gp';
export * from './kernel';
export * from './leave-one-out';
export type { GpMean, GpTrend, MeanFrame } from './mean';
export * from './optimise';
export * from './sparse';
