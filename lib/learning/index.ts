export * from './activations';
export * from './graph';
export * from './network';
export * from './optimisers';
export * from './tensor';
