export * from './evaluate';
export * from './fit';
export * from './indices';
export * from './order';
export * from './polynomials';
