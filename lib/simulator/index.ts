/** The simulated fab: deterministic from a seed. See README.md for the model and its limits. */
export { fabDefinition } from './definition';
export { createSimulator } from './simulator';
export { recordSpectra, SPECTRAL_STATIONS, type SpectralStation } from './spectral';
export * from './types';
