import {
  type Characteristic,
  OVERLAY_SUMMARIES,
  overlayTermLabel,
  parseCharacteristic,
  type SiteStatistic,
  type ZoneValue,
} from './characteristic';
import type { TraceIndicator } from './trace-name';

const SITE_WORDS: Readonly<Record<SiteStatistic, string>> = {
  mean: 'mean',
  sd: 'within-wafer sigma',
  range: 'site range',
  min: 'lowest site',
  max: 'highest site',
  median: 'median',
  nonuniformity: 'non-uniformity 1σ',
  halfrange: '(max − min) / 2 mean',
};

const ZONE_WORDS: Readonly<Record<ZoneValue, string>> = {
  centre: 'centre mean',
  middle: 'middle mean',
  outer: 'outer mean',
  edge: 'edge mean',
  'edge-centre': 'edge − centre',
  slope: 'radial slope',
};

const TRACE_WORDS: Readonly<Record<TraceIndicator, string>> = {
  mean: 'mean',
  sd: 'sigma',
  min: 'lowest',
  max: 'highest',
  slope: 'slope',
  area: 'area',
  settle: 'time to settle',
  missing: 'missing samples',
};

function words(c: Characteristic): string {
  switch (c.source) {
    case 'measurement':
      return c.lot ? 'lot mean' : SITE_WORDS[c.of];
    case 'zone':
      return ZONE_WORDS[c.of];
    case 'zernike':
      return 'of' in c ? 'Zernike residual' : `Z(${c.n},${c.m})`;
    case 'fit':
      return 'fit χ²/ν';
    case 'overlay':
      return `${overlayTermLabel(c.term)}${c.lot ? ' of the lot' : ''}`;
    case 'vm':
      return c.lot ? 'predicted lot mean (VM)' : 'predicted (VM)';
    case 'trace':
      return `${TRACE_WORDS[c.of]} in ${c.step}`;
    case 'count':
      return 'counted';
    case 'event':
      return `${c.kind} events`;
    case 'joint':
      return c.lot ? 'together, of a lot' : 'together, of a wafer';
  }
}

/** A characteristic in words, beside its parameter: "within-wafer sigma", "Z(2,0)", "time to settle in etch". A text that is none stays as it is. */
export function characteristicWords(name: string): string {
  const c = parseCharacteristic(name);
  return c === undefined ? name : words(c);
}

/** The parameter that a characteristic names itself, where it is not that of the record: the overlay term or `overlay`, the sensor, what is counted, the kind of event. */
export function ownParameter(c: Characteristic): string | null {
  if (c.source === 'trace') return c.sensor;
  if (c.source === 'count') return c.parameter;
  if (c.source === 'event') return c.kind;
  if (c.source !== 'overlay') return null;
  return Object.hasOwn(OVERLAY_SUMMARIES, c.term) ? 'overlay' : c.term;
}

/** Unit of a characteristic of a parameter (or of a sensor) with this unit. */
export function characteristicUnit(c: Characteristic, unit: string): string {
  if (c.source === 'fit' || c.source === 'event' || c.source === 'joint') return '1';
  if (c.source === 'measurement' && !c.lot && (c.of === 'nonuniformity' || c.of === 'halfrange')) return '%';
  if (c.source === 'zone' && c.of === 'slope') return `${unit}/mm`;
  if (c.source !== 'trace') return unit;
  if (c.of === 'slope') return `${unit}/s`;
  if (c.of === 'area') return unit === '' ? 's' : `${unit}·s`;
  return c.of === 'settle' ? 's' : c.of === 'missing' ? '1' : unit;
}
