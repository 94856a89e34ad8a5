import type { Compiled } from './compile';
import { keyed, keyedNormal } from './random';
import type { LatentSpec } from './spec';
import type { ChamberLoad, LotRun } from './types';

const HOUR = 3_600_000;
/** Node distances of the two octaves of slow wander, h, and their weights (unit variance together at a node). */
const OCTAVES = [
  [96, 0.86],
  [28, 0.51],
] as const;

/** Entries kept before the cache starts anew: several months of one fab. */
const CACHE_LIMIT = 200_000;

/** A recipe transferred to a product is always somewhat off: at least 0.7, a third of the excess on top, sign kept. */
const awayFromZero = (v: number): number => Math.sign(v) * (0.7 + Math.abs(v) / 3);

/** The hidden state of all chambers of one fab: a pure function of seed, chamber, time and wafer, with a cache. */
export class Disturbances {
  private readonly cache = new Map<string, number>();

  constructor(private readonly seed: number) {}

  private normal(key: string): number {
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    const v = keyedNormal(this.seed, key);
    if (this.cache.size >= CACHE_LIMIT) this.cache.clear();
    this.cache.set(key, v);
    return v;
  }

  /** Slow wander at time t: two octaves of value noise, cosine-interpolated between independent normal nodes. */
  wander(key: string, t: number): number {
    let sum = 0;
    for (const [hours, weight] of OCTAVES) {
      const u = t / (hours * HOUR);
      const node = Math.floor(u);
      const a = this.normal(`wander|${key}|${hours}|${node}`);
      const b = this.normal(`wander|${key}|${hours}|${node + 1}`);
      const w = 0.5 - 0.5 * Math.cos(Math.PI * (u - node));
      sum += weight * (a + (b - a) * w);
    }
    return sum;
  }

  /**
   * The part of the latents that a lot sees in a chamber before wafer effects, in units of the latents.
   * @param out - length of the latents; overwritten.
   */
  lotPart(c: Compiled, run: LotRun, load: ChamberLoad, out: Float64Array): void {
    const place = `${run.tool}|${load.chamber}`;
    const lot = keyed(this.seed, 'lot', run.lot, run.operation);
    c.spec.latents.forEach((l, i) => {
      const id = `${place}|${l.name}`;
      const pm = l.pm === 0 ? 0 : l.pm * this.normal(`pm|${id}|${load.pmCount}`);
      const wander = l.wander === 0 ? 0 : l.wander * this.wander(id, run.startedAt);
      out[i] = l.scale * (l.chamber * this.normal(`chamber|${id}`) + pm + wander + l.lot * lot.normal());
    });
    // A new recipe version shifts the latent the process is most sensitive to: a step that sensors see.
    const { version } = run.recipe;
    if (version > 1) out[c.weakness]! += c.spec.latents[c.weakness]!.scale * this.normal(`version|${run.operation}|${version}`);
  }

  /** Part of the result no sensor sees and that stays: chamber and product, percent. */
  hiddenPercent(c: Compiled, run: LotRun, load: ChamberLoad): number {
    const { hidden, operation } = c.spec;
    return (
      hidden.chamber * this.normal(`hidden|${run.tool}|${load.chamber}`) +
      hidden.product * awayFromZero(this.normal(`hidden|${operation}|${run.product}`))
    );
  }

  /** Calibration offset of each sensor of a chamber, a quarter of its noise: keeps chambers from reading alike. */
  calibration(c: Compiled, tool: string, chamber: string): Float64Array {
    const rng = keyed(this.seed, 'calibration', tool, chamber);
    return Float64Array.from(c.noise, (noise) => 0.25 * noise * rng.normal());
  }
}

/**
 * Wear of a latent on the k-th wafer of a load, in multiples of its scale, counted from half of the life: recipes are
 * qualified on equipment of middle age.
 */
export function wearOf(l: LatentSpec, load: ChamberLoad, k: number): number {
  const w = l.wear;
  if (!w) return 0;
  const before = w.counter === 'clean' ? load.sinceClean : w.counter === 'pm' ? load.sincePm : load.sinceConsumable;
  const age = (before + k) / w.life;
  return w.amount * (w.saturating ? Math.exp(-1.5) - Math.exp(-3 * age) : age - 0.5);
}
