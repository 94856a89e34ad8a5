export * from './activations';
export * from './autoencoder';
export * from './graph';
export * from './layers';
export * from './network';
export * from './onnx';
export * from './optimisers';
export * from './tensor';
