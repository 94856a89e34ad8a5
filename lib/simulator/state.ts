import { AppError } from '@/lib/errors';
import type { FaultState } from './faults';
import type { SpectrumPlan } from './spectral';
import type {
  CountRecord,
  EventRecord,
  LotRecord,
  LotRun,
  MeasurementRecord,
  OverlayMeasurementRecord,
  TruthRecord,
} from './types';

/** Raised when the meaning of a stored state changes. */
export const STATE_VERSION = 1;

export interface LotState {
  readonly lot: string;
  readonly product: number;
  step: number;
  /** Epoch ms from which the lot can start its step. */
  readyAt: number;
}

export interface ChamberState {
  sinceClean: number;
  sincePm: number;
  sinceConsumable: number;
  pmCount: number;
  consumableCount: number;
}

/** A measurement whose time has not come, with the twins of its wafer. */
export interface Pending {
  readonly at: number;
  readonly measurement?: MeasurementRecord;
  readonly overlay?: OverlayMeasurementRecord;
  /** Spectra are recorded when they are collected: a plan is small, a spectrum is not. */
  readonly spectra?: SpectrumPlan;
  readonly counts?: readonly CountRecord[];
  readonly truth: readonly TruthRecord[];
}

/** Everything that changes while the fab runs; plain JSON. */
export interface FabState {
  readonly version: number;
  readonly seed: number;
  readonly start: number;
  now: number;
  /** Number of the next lot and what is left of the arrival interval before it, in lots. */
  nextLot: number;
  untilNextLot: number;
  wip: LotState[];
  /** Lots to announce in the next tick. */
  announce: LotRecord[];
  toolFreeAt: Record<string, number>;
  chambers: Record<string, ChamberState>;
  events: { readonly at: number; readonly event: EventRecord }[];
  faults: FaultState;
  open: LotRun[];
  pending: Pending[];
}

/**
 * A stored state as read back from JSON. Only version, seed and start are checked: the rest was written by `snapshot()`.
 * @throws AppError `invalid_input` when it belongs to another version, seed or start: start anew, or pass the same options.
 */
export function restoreState(snapshot: unknown, seed: number, start: number): FabState {
  const s = snapshot as Partial<FabState> | null;
  if (typeof s !== 'object' || s === null || s.version !== STATE_VERSION) {
    throw new AppError('invalid_input', `snapshot is not a simulator state of version ${STATE_VERSION}; start without it`, {
      field: 'snapshot',
    });
  }
  if (s.seed !== seed || s.start !== start) {
    throw new AppError(
      'invalid_input',
      `snapshot is of seed ${s.seed} started at ${s.start}, not ${seed} and ${start}; pass its own options`,
      {
        field: 'snapshot',
      },
    );
  }
  return structuredClone(s) as FabState;
}
