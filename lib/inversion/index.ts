export * from './fisher';
export * from './fit';
export * from './jacobian';
