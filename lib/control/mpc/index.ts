export * from './condense';
export * from './lqr';
export * from './model';
export * from './solve';
