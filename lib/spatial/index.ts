export * from './kriging';
export * from './statistics';
export * from './zernike';
