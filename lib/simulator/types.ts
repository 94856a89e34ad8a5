import type {
  CountRecord,
  EventRecord,
  LotRecord,
  MeasurementRecord,
  OverlayMeasurementRecord,
  RunRecord,
  SpectrumRecord,
  TruthRecord,
} from '@/lib/formats/wire';
import type { SpectralRecipe } from './spectral-recipes';

export type {
  CountRecord,
  EventRecord,
  LotRecord,
  MeasurementRecord,
  OverlayMeasurementRecord,
  RunRecord,
  SpectrumRecord,
  TruthRecord,
};

/** Names of the faults that the simulator seeds; ground truth carries them as `faultType`. */
export const FAULT_TYPES = ['excursion', 'sensor_dropout', 'wrong_recipe', 'step_shift', 'slow_drift', 'edge_ring'] as const;
export type FaultType = (typeof FAULT_TYPES)[number];

export interface ToolDefinition {
  readonly tool: string;
  readonly area: string;
  readonly kind: string;
  readonly chambers: readonly string[];
}

export interface StationDefinition {
  readonly station: string;
  readonly area: string;
  readonly kind: string;
}

export interface ProductDefinition {
  readonly product: string;
  readonly description: string;
  readonly route: string;
  readonly diameterMm: number;
  readonly edgeExclusionMm: number;
  readonly fieldWidthMm: number;
  readonly fieldHeightMm: number;
}

export interface SensorDefinition {
  readonly name: string;
  readonly unit: string;
}

export interface OperationDefinition {
  readonly operation: string;
  readonly area: string;
  readonly layer: string;
  readonly position: number;
  readonly description: string;
  readonly tools: readonly string[];
  readonly stations: readonly string[];
  /** Site plan of the measurement (and mark plan of the overlay measurement) after the operation. */
  readonly plan: string;
  readonly overlayPlan?: string;
  readonly sensors: readonly SensorDefinition[];
  readonly steps: readonly string[];
}

export interface RouteDefinition {
  readonly route: string;
  readonly operations: readonly string[];
}

export interface ParameterDefinition {
  readonly parameter: string;
  readonly unit: string;
  readonly digits: number;
  readonly description: string;
}

/** Target and specification limits of the wafer mean, in the parameter's unit. */
export interface SpecificationDefinition {
  readonly product: string;
  readonly operation: string;
  readonly parameter: string;
  readonly target: number;
  readonly lsl: number;
  readonly usl: number;
  /** One chart for all tools of the operation; default a chart a chamber. */
  readonly chartContext?: 'operation';
}

export interface RecipeDefinition {
  readonly name: string;
  readonly version: number;
  readonly operation: string;
  readonly product: string;
  readonly setpoints: Readonly<Record<string, number>>;
}

/** Sites in wafer mm; an overlay plan also names field column and row and the mark in the field. */
export interface SitePlanDefinition {
  readonly plan: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly column?: readonly number[];
  readonly row?: readonly number[];
  readonly fx?: readonly number[];
  readonly fy?: readonly number[];
}

/** A control loop as an engineer would configure it: the gain is an estimate, some way off the true one. */
export interface LoopDefinition {
  readonly name: string;
  readonly area: string;
  readonly operation: string;
  readonly product: string;
  /** `measurement.mean` of `parameter`, or `overlay.tx` and so on. */
  readonly characteristic: string;
  readonly parameter: string;
  readonly unit: string;
  readonly knob: string;
  readonly knobUnit: string;
  readonly target: number;
  readonly lsl: number;
  readonly usl: number;
  readonly xNominal: number;
  /** beta_hat, output unit per knob unit. */
  readonly gain: number;
  readonly min: number;
  readonly max: number;
  readonly maxStep: number;
  readonly quantum: number;
  /** Smallest change of the knob worth making, knob unit. */
  readonly deadband: number;
  readonly lambda: number;
}

/** Master data of the simulated fab, ready for registration. */
export interface FabDefinition {
  readonly areas: readonly string[];
  readonly tools: readonly ToolDefinition[];
  readonly stations: readonly StationDefinition[];
  readonly products: readonly ProductDefinition[];
  readonly layers: readonly string[];
  readonly operations: readonly OperationDefinition[];
  readonly routes: readonly RouteDefinition[];
  readonly parameters: readonly ParameterDefinition[];
  readonly specifications: readonly SpecificationDefinition[];
  readonly recipes: readonly RecipeDefinition[];
  readonly sitePlans: readonly SitePlanDefinition[];
  readonly loops: readonly LoopDefinition[];
  readonly metrologyRecipes: readonly SpectralRecipe[];
}

/** A fault that acts on a chamber during one lot-operation. `strength` is relative to its full size. */
export interface ActiveFault {
  readonly id: string;
  readonly type: FaultType;
  readonly chamber: string;
  readonly sign: 1 | -1;
  readonly strength: number;
}

/** The part of a lot-operation that one chamber processes. Counters are those before its first wafer. */
export interface ChamberLoad {
  readonly chamber: string;
  /** Slots 1..25 in the order of processing. */
  readonly wafers: readonly number[];
  readonly sinceClean: number;
  readonly sincePm: number;
  readonly sinceConsumable: number;
  readonly pmCount: number;
  readonly consumableCount: number;
}

/** A lot-operation that starts in a tick: everything `process` needs besides the advice. */
export interface LotRun {
  readonly key: string;
  readonly lot: string;
  readonly product: string;
  readonly route: string;
  readonly operation: string;
  readonly layer: string;
  readonly area: string;
  readonly tool: string;
  readonly recipe: { readonly name: string; readonly version: number };
  /** Nominal setpoints of the product's recipe. */
  readonly nominal: Readonly<Record<string, number>>;
  /** Epoch ms at which the first wafer starts and the last one leaves. */
  readonly startedAt: number;
  readonly endsAt: number;
  readonly chambers: readonly ChamberLoad[];
  /** Slots that will be measured, and at what epoch ms the station starts on them. */
  readonly sampled: readonly number[];
  readonly measuredFrom: number;
  readonly faults: readonly ActiveFault[];
}

/** Advice for one chamber; setpoints that are not named keep their nominal value. */
export interface AppliedAdvice {
  readonly adviceId?: string;
  readonly setpoints: Readonly<Record<string, number>>;
}

export interface Tick {
  /** Epoch ms, [from, to). */
  readonly from: number;
  readonly to: number;
  readonly lots: LotRecord[];
  readonly events: EventRecord[];
  readonly lotRuns: LotRun[];
}

export interface SimulatorOptions {
  readonly seed: number;
  /** Epoch ms of the first tick. */
  readonly start: number;
  /** Lots released per day at time t (epoch ms). */
  readonly lotsPerDay: (t: number) => number;
  /** Length of a tick, default one hour; may differ from that of the snapshot. */
  readonly tickMs?: number;
  /** An excursion of CD bias or thickness is placed 28 to 44 h before start + horizonDays. Default 30. */
  readonly horizonDays?: number;
  /** Epoch ms from which the spectral stations record; before it, and without it, there are none. */
  readonly spectraFrom?: number;
  /** State of `Simulator.snapshot()` to continue from. */
  readonly snapshot?: unknown;
}

export interface Simulator {
  nextTick(): Tick;
  /** Lot-operations that were handed out by `nextTick` and not processed yet (after a restart: process them first). */
  openLotRuns(): LotRun[];
  process(lotRun: LotRun, advice?: ReadonlyMap<string, AppliedAdvice>): { runs: RunRecord[]; truth: TruthRecord[] };
  collect(to: number): {
    measurements: MeasurementRecord[];
    overlayMeasurements: OverlayMeasurementRecord[];
    spectra: SpectrumRecord[];
    counts: CountRecord[];
    truth: TruthRecord[];
  };
  snapshot(): unknown;
}
