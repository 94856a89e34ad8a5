import { counts } from './counts';
import { events } from './events';
import { lots } from './lots';
import { measurements } from './measurements';
import { overlayMeasurements } from './overlay';
import { runs } from './runs';
import { spectra } from './spectra';
import { truth } from './truth';

export { ingestBatch, judgeBatch } from './pipeline';
export type { BatchMode, BatchResult, IngestKind, RecordResult } from './types';

/** Every kind of record the machine API takes, by the last segment of the path. */
export const INGEST_KINDS = {
  lots,
  runs,
  measurements,
  'overlay-measurements': overlayMeasurements,
  spectra,
  counts,
  events,
  truth,
} as const;

export type IngestKindName = keyof typeof INGEST_KINDS;
