export * from './characteristic';
export * from './trace-name';
export * from './variables';
export * from './words';
