export * from './kriging';
export * from './radial-slope';
export * from './statistics';
export * from './zernike';
