export * from './evaluate';
export * from './fit';
export * from './indices';
export * from './layout';
export * from './order';
export * from './orthogonal';
export * from './polynomials';
export * from './shared-uncertainty';
