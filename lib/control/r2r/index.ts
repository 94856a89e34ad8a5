export * from './double-ewma';
export * from './kalman';
export * from './mimo';
export * from './mimo-stability';
export * from './replay';
export * from './stability';
export * from './variance';
