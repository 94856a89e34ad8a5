/** Maintenance counters a wear term can follow, all in wafers. */
export type Counter = 'clean' | 'pm' | 'consumable';

/**
 * A hidden quantity of a chamber that moves the result and shows in sensors. All amounts are multiples of `scale`, the
 * wafer-to-wafer standard deviation: its value for a wafer is the sum of a fixed chamber offset, a step at each PM, slow
 * wander in time, wear since the last service, a lot part, a first-wafer part and a wafer part.
 */
export interface LatentSpec {
  readonly name: string;
  readonly unit: string;
  readonly scale: number;
  readonly run: number;
  readonly lot: number;
  readonly chamber: number;
  readonly pm: number;
  readonly wander: number;
  /** Reaches `amount` at `life` wafers since the service named by `counter`: linearly, or 1 − exp(−3·age/life). */
  readonly wear?: { readonly counter: Counter; readonly amount: number; readonly life: number; readonly saturating?: boolean };
  /** On the first wafer of a lot in the chamber, fading by 1/e per wafer. */
  readonly first: number;
}

type LatentOptions = Partial<Omit<LatentSpec, 'name' | 'unit' | 'scale'>>;

/** A latent with the usual amounts, changed by `options`. */
export function latent(name: string, unit: string, scale: number, options: LatentOptions = {}): LatentSpec {
  return { name, unit, scale, run: 1, lot: 0.5, chamber: 1.5, pm: 1, wander: 1, first: 0, ...options };
}

/** Loads by latent or knob name: sensor unit per unit of the latent or of the knob's deviation from nominal. */
export type Loads = Readonly<Record<string, number>>;

export interface SensorSpec {
  readonly name: string;
  readonly unit: string;
  readonly digits: number;
  /** `level`: first-order response to a level per step. `total`: integral over the main step, held afterwards. */
  readonly kind: 'level' | 'total';
  /** Reading when inactive, and nominal reading (or rate per second) when active. */
  readonly off: number;
  readonly nominal: number;
  readonly noise: number;
  /** Activity 0..1 of each step; loads act in proportion. */
  readonly activity: readonly number[];
  /** Time constant of the response, s. */
  readonly tau: number;
  readonly loads: Loads;
  readonly knobs: Loads;
  /** Ramp within the main step: sensor unit per s, nominal and by latent. */
  readonly slope: number;
  readonly slopeLoads: Loads;
}

type LevelOptions = Partial<Pick<SensorSpec, 'off' | 'activity' | 'tau' | 'knobs' | 'slope' | 'slopeLoads'>>;

/** A sensor that follows a level per step. Without `activity` it is active throughout. */
export function level(
  name: string,
  unit: string,
  digits: number,
  nominal: number,
  noise: number,
  loads: Loads = {},
  o: LevelOptions = {},
): SensorSpec {
  return {
    name,
    unit,
    digits,
    kind: 'level',
    nominal,
    noise,
    loads,
    off: 0,
    activity: [],
    tau: 0.8,
    knobs: {},
    slope: 0,
    slopeLoads: {},
    ...o,
  };
}

/** A totaliser: `rate` per second over the main step, its end value held. Loads are relative (1/latent or 1/knob unit). */
export function total(
  name: string,
  unit: string,
  digits: number,
  rate: number,
  noise: number,
  loads: Loads = {},
  knobs: Loads = {},
): SensorSpec {
  return {
    name,
    unit,
    digits,
    kind: 'total',
    nominal: rate,
    noise,
    loads,
    knobs,
    off: 0,
    activity: [],
    tau: 1,
    slope: 0,
    slopeLoads: {},
  };
}

/** House supplies, the same on every tool; they follow the two facility latents only. */
export function facilitySensors(): SensorSpec[] {
  return [
    level('pcw_supply_temp', 'degC', 2, 18, 0.03, { facility_temp: 0.12 }),
    level('pcw_return_temp', 'degC', 2, 21.5, 0.05, { facility_temp: 0.15 }, { slope: 0.004 }),
    level('pcw_flow', 'l/min', 2, 12, 0.05, { facility_pressure: 0.06 }),
    level('exhaust_pressure', 'Pa', 0, -250, 3, { facility_pressure: -2.5 }),
    level('n2_supply_pressure', 'kPa', 0, 620, 2, { facility_pressure: 2 }),
    level('cda_supply_pressure', 'kPa', 0, 580, 2.5, { facility_pressure: 1.5 }),
    level('efem_temp', 'degC', 2, 21.8, 0.04, { facility_temp: 0.1 }),
    level('efem_humidity', '%RH', 1, 43, 0.2, { facility_temp: -0.3 }),
    level('line_voltage', 'V', 1, 208, 0.6),
  ];
}

/** The two latents of the house supplies: they move no result. */
export function facilityLatents(): LatentSpec[] {
  return [
    latent('facility_temp', '1', 1, { run: 0.2, lot: 0.2, chamber: 0.3, pm: 0, wander: 1 }),
    latent('facility_pressure', '1', 1, { run: 0.2, lot: 0.2, chamber: 0.3, pm: 0, wander: 1 }),
  ];
}

/** What the recipe can set, and how far the tool can go. */
export interface KnobSpec {
  readonly name: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** Resolution of the tool's recipe parameter. */
  readonly quantum: number;
}

/** Within-wafer signature, in percent of the wafer mean. */
export interface SignatureSpec {
  /** Zernike modes of the process: n, m (OSA/ANSI) and coefficient. */
  readonly modes: readonly (readonly [n: number, m: number, percent: number])[];
  /** Standard deviations of the coefficients between chambers and between wafers. */
  readonly chamberSigma: number;
  readonly waferSigma: number;
  /** Edge roll-off percent·exp(−(R − r)/width): as new, and added over the life of the consumable. */
  readonly edge: { readonly percent: number; readonly wearPercent: number; readonly widthMm: number };
  /** Spatially correlated random part, exponential correlation. */
  readonly field: { readonly sigma: number; readonly lengthMm: number };
}

/** Metrology after the operation, in the parameter's unit. */
export interface StationSpec {
  readonly names: readonly string[];
  readonly kind: string;
  readonly plan: string;
  readonly siteNoise: number;
  /** Repeatability of a wafer load: moves all sites together. */
  readonly waferNoise: number;
  /** Standard deviation of the offsets between stations (tool matching). */
  readonly matching: number;
  readonly digits: number;
}

export interface LoopTuning {
  readonly maxStep: number;
  readonly quantum: number;
  readonly deadband: number;
  readonly lambda: number;
}

/** Overlay of a lithography step: six scanner terms, each with a knob of gain 1 and a latent. */
export interface OverlaySpec {
  /** Index of the first of six knobs and of the first of six latents, in the order of `OVERLAY_TERMS`. */
  readonly knob: number;
  readonly latent: number;
  readonly referenceLayer: string;
  readonly plan: string;
  /** Half width of the specification and loop tuning by term. */
  readonly tolerances: readonly number[];
  readonly loops: readonly LoopTuning[];
  /** Standard deviations, nm: field terms at the field edge (by product and by chuck), higher-order grid, random field, mark noise. */
  readonly fieldSigma: number;
  readonly chuckFieldSigma: number;
  readonly gridSigma: number;
  readonly randomSigma: number;
  readonly randomLengthMm: number;
  readonly markNoise: number;
  readonly stations: readonly string[];
  /** Offset between overlay stations (tool-induced shift left after calibration), nm. */
  readonly matching: number;
}

/** Controlled overlay terms in order, with their units: dx = tx + mx·X + rx·Y, dy = ty + my·Y + ry·X. */
export const OVERLAY_TERMS = [
  ['tx', 'nm'],
  ['ty', 'nm'],
  ['mx', 'ppm'],
  ['my', 'ppm'],
  ['rx', 'urad'],
  ['ry', 'urad'],
] as const;

/** One kind of process: recipe, physics, sensors, signature, metrology and maintenance. */
export interface ProcessSpec {
  readonly operation: string;
  readonly area: string;
  readonly layer: string;
  readonly description: string;
  readonly kind: string;
  readonly tools: readonly { readonly tool: string; readonly chambers: readonly string[] }[];
  /** Step name and seconds; the main step's length follows the time knob when there is one. */
  readonly steps: readonly (readonly [name: string, seconds: number])[];
  readonly mainStep: number;
  /** Seconds of the main step from the setpoints; absent when it is fixed. */
  readonly mainSeconds?: (x: Float64Array) => number;
  /** Sampling interval of the trace, s. */
  readonly dt: number;
  /** Knob 0 is the one the loop of `parameter` moves. */
  readonly knobs: readonly KnobSpec[];
  readonly latents: readonly LatentSpec[];
  readonly sensors: readonly SensorSpec[];
  readonly parameter: string;
  readonly parameterDescription: string;
  readonly unit: string;
  /** Wafer mean from setpoints and latents (in the order of `knobs` and `latents`) of product 0 or 1. */
  readonly output: (x: Float64Array, z: Float64Array, product: number) => number;
  /** What scatterometry sees of the etched profile, from the latents: depth in nm and sidewall angle in degrees. */
  readonly profile?: (z: Float64Array) => { readonly heightNm: number; readonly sidewallAngleDeg: number };
  /** By product: target, half width of the specification, fixed setpoints other than knob 0. */
  readonly targets: readonly number[];
  readonly tolerance: number;
  readonly baseRecipe: readonly number[];
  /** Part of the result no sensor sees, percent of target: wafer to wafer, between chambers, between products. */
  readonly hidden: { readonly wafer: number; readonly chamber: number; readonly product: number };
  readonly signature: SignatureSpec;
  readonly station: StationSpec;
  readonly loop: LoopTuning;
  readonly overlay?: OverlaySpec;
  readonly maintenance: {
    readonly clean: number;
    readonly pm: number;
    readonly consumable: number;
    readonly consumableName: string;
  };
  /** The latent an excursion, a step or a drift pushes, and the push in its unit. */
  readonly weakness: { readonly latent: string; readonly amount: number; readonly cause: string };
}
