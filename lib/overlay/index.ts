export * from './correctables';
export * from './fit';
export * from './statistics';
export * from './terms';
