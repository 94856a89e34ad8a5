export * from './double-ewma';
export * from './kalman';
export * from './replay';
export * from './stability';
export * from './variance';
