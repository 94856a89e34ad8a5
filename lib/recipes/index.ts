export * from './certificate';
export * from './compile';
export * from './fit';
export * from './fit-wafer';
export { materialIndex } from './materials';
export * from './parameters';
export * from './resolve';
