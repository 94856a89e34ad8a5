import type { Compiled } from './compile';
import { PRODUCTS } from './definition';
import { OverlayModel } from './overlay';
import { PROCESSES } from './processes';
import { keyed } from './random';
import { SignatureModel } from './signature';
import { sitePlan, WAFER_RADIUS } from './sites';
import { OVERLAY_TERMS } from './spec';
import { planHeader, SPECTRAL_STATIONS, type SpectralStation } from './spectral';
import type { Pending } from './state';
import { iso } from './time';
import type { LotRun, TruthRecord } from './types';

/** Share of wafers on which the station loses one or two sites. */
const LOST_SITES = 0.02;

/** Line width after development that the etch trims, by product, nm. */
const LITHO_CD = PROCESSES.find((p) => p.operation === 'LITHO-M1')!.targets;

/** A processed wafer as the station finds it. */
export interface ProcessedWafer {
  readonly runKey: string;
  readonly wafer: number;
  readonly chamber: string;
  /** Wafer mean with the applied and with the nominal recipe, same disturbance. */
  readonly mean: number;
  readonly twin: number;
  readonly wear: number;
  /** Depth of an edge ring, percent of the mean. */
  readonly ringPercent: number;
  /** Depth and sidewall angle of an etched profile. */
  readonly profile?: { readonly heightNm: number; readonly sidewallAngleDeg: number };
  readonly measuredAt: number;
  /** Overlay: latent terms, applied and nominal corrections, in the order of `OVERLAY_TERMS`. */
  readonly overlay?: {
    readonly terms: readonly number[];
    readonly applied: readonly number[];
    readonly nominal: readonly number[];
  };
}

/** The stations of one operation: site maps and overlay marks from processed wafers, each with its twin. */
export class Metrology {
  private readonly signature: SignatureModel;
  private readonly marks: OverlayModel | null;
  private readonly shape: Float64Array;
  private readonly spectral: { readonly station: SpectralStation; readonly signature: SignatureModel } | null;

  constructor(
    private readonly seed: number,
    private readonly c: Compiled,
  ) {
    this.signature = new SignatureModel(seed, c.spec);
    this.marks = c.spec.overlay ? new OverlayModel(seed, c.spec.overlay) : null;
    this.shape = new Float64Array(this.signature.n);
    const station = SPECTRAL_STATIONS.find((q) => q.recipe.operation === c.spec.operation);
    this.spectral = station ? { station, signature: new SignatureModel(seed, c.spec, station.plan) } : null;
  }

  private station(names: readonly string[], lot: string): string {
    return names[keyed(this.seed, 'station', lot, this.c.spec.operation).integer(names.length)]!;
  }

  /** Site map of one wafer; the twin is the mean over the same sites with the same noise. */
  map(run: LotRun, w: ProcessedWafer): Pending {
    const { spec } = this.c;
    const { siteNoise, waferNoise, matching, digits, names, plan } = spec.station;
    const station = this.station(names, run.lot);
    const rng = keyed(this.seed, 'metrology', run.lot, w.wafer, spec.operation);
    this.signature.shape(run.tool, w.chamber, w.wear, w.ringPercent, rng, this.shape);
    const common = waferNoise * rng.normal() + matching * keyed(this.seed, 'matching', station, spec.operation).normal();
    const { n } = this.signature;
    const lost = rng.uniform() < LOST_SITES ? new Set([rng.integer(n), rng.integer(n)]) : null;
    const scale = 10 ** digits;
    const value: (number | null)[] = new Array(n);
    let twin = 0;
    let used = 0;
    for (let i = 0; i < n; i++) {
      const factor = 1 + this.shape[i]! / 100;
      const noise = common + siteNoise * rng.normal();
      if (lost?.has(i)) {
        value[i] = null;
        continue;
      }
      const v = Math.round((w.mean * factor + noise) * scale) / scale;
      value[i] = v;
      twin += v + (w.twin - w.mean) * factor; // the noise and the rounding that the real reading has
      used++;
    }
    const { x, y } = sitePlan(plan);
    return {
      at: w.measuredAt,
      measurement: {
        key: `${w.runKey}/${spec.parameter}`,
        station,
        lot: run.lot,
        wafer: w.wafer,
        product: run.product,
        layer: run.layer,
        operation: run.operation,
        plan,
        measuredAt: iso(w.measuredAt),
        runKey: w.runKey,
        parameter: spec.parameter,
        unit: spec.unit,
        x: [...x],
        y: [...y],
        value,
        u: new Array<number>(n).fill(siteNoise),
      },
      truth: [twinRecord(w.runKey, spec.parameter, twin / used)],
    };
  }

  /** Whether the operation's values come from spectra where those are recorded. */
  get isSpectral(): boolean {
    return this.spectral?.station.replaces ?? false;
  }

  /** Plan of one wafer's spectra: the true sample at every site. Null where no recipe measures this product. */
  spectra(run: LotRun, w: ProcessedWafer): Pending | null {
    if (!this.spectral) return null;
    const { station, signature } = this.spectral;
    if (station.recipe.product !== null && station.recipe.product !== run.product) return null;
    if (run.sampled.indexOf(w.wafer) >= station.wafersALot) return null;
    const rng = keyed(this.seed, 'sample', run.lot, w.wafer, run.operation);
    const shape = new Float64Array(signature.n);
    signature.shape(run.tool, w.chamber, w.wear, w.ringPercent, rng, shape);
    const { x, y } = sitePlan(station.plan);
    const product = PRODUCTS.indexOf(run.product);
    const [chamberDepth, chamberAngle] = [
      keyed(this.seed, 'depth', run.tool, w.chamber),
      keyed(this.seed, 'angle', run.tool, w.chamber),
    ];
    const [depth, angle] = [chamberDepth.normal(), chamberAngle.normal()];
    const samples = Array.from(shape, (percent, i) => {
      const value = w.mean * (1 + percent / 100);
      if (!w.profile) return [value, ...station.recipe.content.parameters.slice(1).map((p) => p.value)];
      const edge = Math.hypot(x[i]!, y[i]!) / WAFER_RADIUS;
      return [
        LITHO_CD[product]! - value,
        w.profile.sidewallAngleDeg + 0.12 * angle - 0.35 * edge ** 4 + 0.04 * rng.normal(),
        w.profile.heightNm * (1 + 0.003 * depth - 0.006 * edge ** 2 + 0.0006 * rng.normal()),
      ];
    });
    return { at: w.measuredAt, spectra: { ...planHeader(station, run, w), samples }, truth: [] };
  }

  /** Overlay marks of one wafer; each controlled term has a twin: the fitted term less what the correction contributed. */
  overlay(run: LotRun, w: ProcessedWafer): Pending | null {
    const { overlay } = this.c.spec;
    if (!overlay || !this.marks || !w.overlay) return null;
    const { terms, applied, nominal } = w.overlay;
    const station = this.station(overlay.stations, run.lot);
    const offset = keyed(this.seed, 'matching', station);
    const at: [number, number] = [overlay.matching * offset.normal(), overlay.matching * offset.normal()];
    const rng = keyed(this.seed, 'overlay', run.lot, w.wafer, run.operation);
    const total = terms.map((t, i) => t + applied[i]!);
    const d = this.marks.wafer(run.tool, w.chamber, run.product, total, at, rng);
    const dx = Array.from(d.x, (v) => Math.round(v * 1000) / 1000);
    const dy = Array.from(d.y, (v) => Math.round(v * 1000) / 1000);
    const fit = this.marks.fit({ x: dx, y: dy });
    const { column = [], row = [], fx = [], fy = [], x, y, plan } = this.marks.plan;
    return {
      at: w.measuredAt,
      overlay: {
        key: `${w.runKey}/overlay`,
        station,
        lot: run.lot,
        wafer: w.wafer,
        product: run.product,
        layer: run.layer,
        operation: run.operation,
        plan,
        measuredAt: iso(w.measuredAt),
        runKey: w.runKey,
        referenceLayer: overlay.referenceLayer,
        column: [...column],
        row: [...row],
        fx: [...fx],
        fy: [...fy],
        x: [...x],
        y: [...y],
        dx,
        dy,
      },
      truth: OVERLAY_TERMS.map(([name], i) => twinRecord(w.runKey, name, fit[i]! - applied[i]! + nominal[i]!)),
    };
  }
}

function twinRecord(runKey: string, parameter: string, value: number): TruthRecord {
  return { kind: 'twin', key: `${runKey}/twin/${parameter}`, runKey, parameter, value };
}
