import { AppError } from '@/lib/errors';
import { exceeds } from '@/lib/numerics';
import { type BeyondRule, checkRules, type ElementaryRule, type RuleSeverity, type RunRule, ruleWindow } from './rules';

/**
 * State of the rule engine after the last point: plain numbers, so it can be stored as JSON and continued.
 * For the i-th elementary rule, `bits[2i]` and `bits[2i + 1]` are the last points beyond on the upper and lower side as bit
 * masks (bit 0 newest), `runs[3i..3i + 2]` the run lengths above, below, and on either side (or within).
 */
export interface RuleState {
  /** Points since the runs (re)started. */
  readonly count: number;
  readonly lastValue: number | null;
  /** Steps in one direction: positive up, negative down, 0 after a tie or at the start. */
  readonly trend: number;
  /** Alternating steps so far, and the sign of the last step. */
  readonly alternation: number;
  readonly lastStep: number;
  readonly bits: readonly number[];
  readonly runs: readonly number[];
  /** Distance of the last point from the centre line, zone widths; absent or null: none, or a state of before this was kept. */
  readonly lastZ?: number | null;
}

/** A signal of a rule. */
export interface RuleViolation {
  readonly ruleId: string;
  readonly severity: RuleSeverity;
  /** Index of the signalling (last) point and of the first point of its window, in the order of evaluation. */
  readonly end: number;
  readonly start: number;
  /** Which side signals; null where the rule has none. */
  readonly side: 'above' | 'below' | null;
  /** All points of the window. */
  readonly members: readonly number[];
  /** Those members that lie beyond the zone; all members for rules without a zone. */
  readonly evidence: readonly number[];
}

/** Runs, trends and windows of a rule set over the points pushed into it. */
export class RuleEngine {
  readonly leaves: ElementaryRule[] = [];
  private readonly roots: { rule: RunRule; hit: () => boolean; leaves: number[] }[] = [];
  readonly up: Int32Array;
  readonly down: Int32Array;
  readonly run: Float64Array; // per leaf: above, below, any
  count = 0;
  trend = 0;
  alternation = 0;
  lastStep = 0;
  lastValue = Number.NaN;
  lastZ = Number.NaN;
  private readonly hits: Uint8Array; // per leaf: 0 none, 1 above, 2 below, 3 without side

  constructor(readonly rules: readonly RunRule[]) {
    checkRules(rules);
    for (const rule of rules) {
      const leaves: number[] = [];
      this.roots.push({ rule, hit: this.compile(rule, leaves), leaves });
    }
    this.up = new Int32Array(this.leaves.length);
    this.down = new Int32Array(this.leaves.length);
    this.run = new Float64Array(3 * this.leaves.length);
    this.hits = new Uint8Array(this.leaves.length);
  }

  private compile(rule: RunRule, leaves: number[]): () => boolean {
    if (rule.kind === 'and' || rule.kind === 'or') {
      const parts = rule.rules.map((r) => this.compile(r, leaves));
      return rule.kind === 'and' ? () => parts.every((p) => p()) : () => parts.some((p) => p());
    }
    const i = this.leaves.push(rule) - 1;
    leaves.push(i);
    return () => this.hits[i]! > 0;
  }

  restart(): void {
    this.up.fill(0);
    this.down.fill(0);
    this.run.fill(0);
    this.count = 0;
    this.trend = 0;
    this.alternation = 0;
    this.lastStep = 0;
    this.lastValue = Number.NaN;
    this.lastZ = Number.NaN;
  }

  /** Take one point; returns a mask with bit r set when rule r signals at it. O(1) a rule. */
  push(z: number, value: number): number {
    // a difference of rounding is a tie
    const step = this.count === 0 ? 0 : exceeds(value, this.lastValue) ? 1 : exceeds(this.lastValue, value) ? -1 : 0;
    this.trend = step === 0 ? 0 : step > 0 ? Math.max(1, this.trend + 1) : Math.min(-1, this.trend - 1);
    if (step === 0) this.alternation = 0;
    else this.alternation = step === -this.lastStep ? this.alternation + 1 : 1;
    this.lastStep = step;
    this.lastValue = value;
    this.count++;
    for (let i = 0; i < this.leaves.length; i++) this.hits[i] = this.leaf(i, z);
    this.lastZ = z;
    let mask = 0;
    for (let r = 0; r < this.roots.length; r++) if (this.roots[r]!.hit()) mask |= 1 << r;
    return mask;
  }

  private leaf(i: number, z: number): number {
    const rule = this.leaves[i]!;
    switch (rule.kind) {
      case 'trend':
        return this.trend >= rule.n - 1 ? 1 : -this.trend >= rule.n - 1 ? 2 : 0;
      case 'alternation':
        return this.alternation >= rule.n - 1 ? 3 : 0;
      case 'within':
        this.run[3 * i + 2] = Math.abs(z) < rule.sigma ? this.run[3 * i + 2]! + 1 : 0;
        return this.run[3 * i + 2]! >= rule.n ? 3 : 0;
      case 'range':
        // opposite sides, strictly; a difference of infinities is no number and no range
        return this.lastZ * z < 0 && exceeds(Math.abs(z - this.lastZ), rule.sigma) ? 3 : 0;
      default:
        return this.beyond(i, rule, z);
    }
  }

  private beyond(i: number, rule: BeyondRule, z: number): number {
    const { n, k, sigma, side } = rule;
    const above = z > sigma;
    const below = z < -sigma;
    const mask = n >= 31 ? 0x7fffffff : (1 << n) - 1;
    const up = ((this.up[i]! << 1) | (above ? 1 : 0)) & mask;
    const down = ((this.down[i]! << 1) | (below ? 1 : 0)) & mask;
    this.up[i] = up;
    this.down[i] = down;
    const o = 3 * i;
    this.run[o] = above ? this.run[o]! + 1 : 0;
    this.run[o + 1] = below ? this.run[o + 1]! + 1 : 0;
    this.run[o + 2] = above || below ? this.run[o + 2]! + 1 : 0;
    if (this.count < n) return 0;
    const enough = (runs: number, bits: number): boolean => (k === n ? runs >= n : popCount(bits) >= k);
    if (side === 'any') {
      if (!enough(this.run[o + 2]!, up | down) || (rule.lastBeyond && !above && !below)) return 0;
      if (rule.bothSides && (up === 0 || down === 0)) return 0;
      return n === 1 ? (above ? 1 : 2) : 3;
    }
    if (side !== 'below' && enough(this.run[o]!, up) && (!rule.lastBeyond || above)) return 1;
    if (side !== 'above' && enough(this.run[o + 1]!, down) && (!rule.lastBeyond || below)) return 2;
    return 0;
  }

  violation(r: number, end: number, order: (back: number) => number): RuleViolation {
    const { rule, leaves } = this.roots[r]!;
    const active = leaves.filter((i) => this.hits[i]! > 0);
    const n = Math.max(...active.map((i) => ruleWindow(this.leaves[i]!)));
    const back = Array.from({ length: n }, (_, b) => n - 1 - b);
    const first = active[0]!;
    const leaf = this.leaves[first]!;
    const hit = this.hits[first]!;
    let seen = back;
    if (active.length === 1 && leaf.kind === 'beyond' && leaf.k < leaf.n) {
      const bits = hit === 1 ? this.up[first]! : hit === 2 ? this.down[first]! : this.up[first]! | this.down[first]!;
      seen = back.filter((b) => (bits >> b) & 1);
    }
    return {
      ruleId: rule.id,
      severity: rule.severity ?? 'warning',
      end,
      start: order(n - 1),
      side: hit === 1 ? 'above' : hit === 2 ? 'below' : null,
      members: back.map(order),
      evidence: seen.map(order),
    };
  }

  save(): RuleState {
    const L = this.leaves.length;
    return {
      count: this.count,
      lastValue: this.count > 0 ? this.lastValue : null,
      trend: this.trend,
      alternation: this.alternation,
      lastStep: this.lastStep,
      bits: Array.from({ length: 2 * L }, (_, i) => (i % 2 === 0 ? this.up : this.down)[i >> 1]!),
      runs: Array.from(this.run),
      ...(this.leaves.some((l) => l.kind === 'range') ? { lastZ: Number.isNaN(this.lastZ) ? null : this.lastZ } : {}),
    };
  }

  load(s: RuleState): void {
    const L = this.leaves.length;
    if (s.bits.length !== 2 * L || s.runs.length !== 3 * L) {
      throw new AppError(
        'invalid_input',
        'the stored rule state belongs to another rule set; evaluate the chart from its last restart',
        { rules: L },
      );
    }
    this.count = s.count;
    this.lastValue = s.lastValue ?? Number.NaN;
    this.trend = s.trend;
    this.alternation = s.alternation;
    this.lastStep = s.lastStep;
    this.lastZ = s.lastZ ?? Number.NaN;
    for (let i = 0; i < L; i++) {
      this.up[i] = s.bits[2 * i]!;
      this.down[i] = s.bits[2 * i + 1]!;
    }
    this.run.set(s.runs);
  }
}

function popCount(x: number): number {
  let v = x - ((x >> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >> 2) & 0x33333333);
  return (((v + (v >> 4)) & 0x0f0f0f0f) * 0x01010101) >> 24;
}
