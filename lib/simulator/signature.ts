import type { Rng } from '@/lib/numerics';
import { zernike } from '@/lib/spatial';
import { fieldSampler } from './field';
import { keyed } from './random';
import { sitePlan, WAFER_RADIUS } from './sites';
import type { ProcessSpec } from './spec';

/** The Zernike modes signatures are made of, OSA/ANSI (n, m). */
const MODES: readonly (readonly [n: number, m: number])[] = [
  [1, -1],
  [1, 1],
  [2, -2],
  [2, 0],
  [2, 2],
  [3, -1],
  [3, 1],
  [4, 0],
];

/** Edge ring fault: full depth outside this radius, mm, beginning 12 mm further in. */
const RING_RADIUS = 138;

/** Relative shape of a wafer on a site plan: percent of the mean at each site, from chamber, wafer, wear and fault. */
export class SignatureModel {
  readonly n: number;
  private readonly basis: Float64Array;
  private readonly roll: Float64Array;
  private readonly ring: Float64Array;
  private readonly sample: (rng: Rng, out: Float64Array) => void;
  private readonly chamberModes = new Map<string, Float64Array>();

  constructor(
    private readonly seed: number,
    private readonly spec: ProcessSpec,
    plan = spec.station.plan,
  ) {
    const { x, y } = sitePlan(plan);
    this.n = x.length;
    this.basis = new Float64Array(this.n * MODES.length);
    this.roll = new Float64Array(this.n);
    this.ring = new Float64Array(this.n);
    for (let i = 0; i < this.n; i++) {
      const rho = Math.hypot(x[i]!, y[i]!);
      MODES.forEach(([n, m], k) => {
        this.basis[i * MODES.length + k] = zernike(n, m, x[i]! / WAFER_RADIUS, y[i]! / WAFER_RADIUS);
      });
      this.roll[i] = Math.exp(-(WAFER_RADIUS - rho) / spec.signature.edge.widthMm);
      const u = Math.min(1, Math.max(0, (rho - RING_RADIUS + 12) / 12));
      this.ring[i] = u * u * (3 - 2 * u);
    }
    this.sample = fieldSampler(x, y, spec.signature.field.lengthMm);
  }

  private modesOf(tool: string, chamber: string): Float64Array {
    const place = `${tool}|${chamber}`;
    const known = this.chamberModes.get(place);
    if (known) return known;
    const { signature } = this.spec;
    const rng = keyed(this.seed, 'signature', place);
    const a = Float64Array.from(MODES, ([n, m]) => {
      const own = signature.modes.find(([sn, sm]) => sn === n && sm === m);
      return (own?.[2] ?? 0) + (signature.chamberSigma / n) * rng.normal();
    });
    this.chamberModes.set(place, a);
    return a;
  }

  /**
   * One wafer's shape, percent of its mean, with mean zero over the plan's sites except for the fault's ring.
   * @param wear - age of the consumable over its life. @param ringPercent - depth of an edge ring fault, 0 without.
   * @param out - length n; overwritten.
   */
  shape(tool: string, chamber: string, wear: number, ringPercent: number, rng: Rng, out: Float64Array): void {
    const { signature } = this.spec;
    const chamberModes = this.modesOf(tool, chamber);
    const a = Float64Array.from(chamberModes, (v) => v + signature.waferSigma * rng.normal());
    const edge = signature.edge.percent + signature.edge.wearPercent * wear;
    this.sample(rng, out);
    let mean = 0;
    for (let i = 0; i < this.n; i++) {
      let s = signature.field.sigma * out[i]! + edge * this.roll[i]!;
      for (let k = 0; k < MODES.length; k++) s += a[k]! * this.basis[i * MODES.length + k]!;
      out[i] = s;
      mean += s / this.n;
    }
    for (let i = 0; i < this.n; i++) out[i]! += ringPercent * this.ring[i]! - mean;
  }
}
