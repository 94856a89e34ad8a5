export * from './design';
export * from './enumerate';
export * from './information-gain';
