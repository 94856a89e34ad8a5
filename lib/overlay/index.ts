export * from './correctables';
export * from './design';
export * from './fit';
export * from './statistics';
export * from './terms';
