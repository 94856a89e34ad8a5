export * from './replay';
export * from './stability';
export * from './variance';
