export * from './gp';
export * from './gp-json';
export * from './kernel';
export * from './leave-one-out';
export * from './optimise';
export * from './sparse';
