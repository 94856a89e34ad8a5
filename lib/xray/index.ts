export * from './bessel';
export * from './cd-saxs';
export * from './form-factors';
export * from './reflectivity';
