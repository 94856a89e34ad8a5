export * from './characteristic';
export * from './trace-name';
export * from './words';
