export * from './characteristic';
