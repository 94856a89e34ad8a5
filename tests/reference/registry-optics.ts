import { dispersionMethod } from './optics/dispersion';
import { fisherMethod, inversionMethod } from './optics/inversion';
import { lineGratingMethod } from './optics/line-grating';
import { reflectivityMethod } from './optics/reflectivity';
import { saxsMethod } from './optics/saxs';
import { thinFilmMethod } from './optics/thin-film';
import { vectorGratingMethod } from './optics/vector-grating';
import type { Registry } from './types';

export const opticsRegistry: Registry = {
  dispersion: dispersionMethod,
  'thin-film': thinFilmMethod,
  reflectivity: reflectivityMethod,
  saxs: saxsMethod,
  'rcwa-1d': lineGratingMethod,
  'rcwa-conical-crossed': vectorGratingMethod,
  fisher: fisherMethod,
  inversion: inversionMethod,
};
