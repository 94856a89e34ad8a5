export * from './dbscan';
export * from './neighbours';
export * from './yield';
