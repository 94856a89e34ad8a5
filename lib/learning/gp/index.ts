export * from './gp';
export * from './kernel';
export * from './leave-one-out';
export * from './optimise';
export * from './sparse';
