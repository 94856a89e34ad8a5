export * from './gp';
export * from './kernel';
export * from './optimise';
export * from './sparse';
