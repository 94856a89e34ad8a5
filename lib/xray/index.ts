export * from './bessel';
export * from './cd-saxs';
export * from './cd-saxs-derivatives';
export * from './form-factors';
export * from './graded';
export * from './profile';
export * from './reflectivity';
export * from './reflectivity-derivatives';
