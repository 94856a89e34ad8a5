import { AppError } from '@/lib/errors';
import { createRng, normalCdf, solveInPlace } from '@/lib/numerics';
import { RuleEngine } from './rule-engine';
import { type BeyondRule, checkRules, type RunRule, type WithinRule } from './rules';

type ZoneRule = BeyondRule | WithinRule;

/** Average run length of a rule set, in points. */
export interface RuleArl {
  /** Points until the first signal. */
  readonly arl: number;
  /** 0 for the exact chain; else the standard error of the simulated mean. */
  readonly standardError: number;
  readonly method: 'markov_chain' | 'simulation';
  /** States of the chain, or simulated runs. */
  readonly size: number;
}

/**
 * Average run length of a set of run rules on independent N(μ, 1) points in zone widths, signal at the first satisfied rule. Rules that only look at
 * zones (k of n beyond, runs, stratification) form a finite Markov chain, reduced to its smallest equivalent and solved exactly; the chain
 * starts from an empty history counted as on the centre line. Trends, alternation, ranges and compound rules are simulated with the engine itself.
 * @param mu - shift in zone widths (sigmas of the plotted statistic).
 * @returns points until the first signal.
 * @throws AppError `invalid_input` as `checkRules`.
 * @reference Champ & Woodall, Technometrics 29 (1987) 393.
 */
export function ruleArl(
  rules: readonly RunRule[],
  mu: number,
  options: {
    readonly runs?: number;
    readonly seed?: number;
    /** P(point below a border in zone widths); left out: normal about μ. */
    readonly cdf?: (border: number) => number;
    /** Histories that the chain may have before it is reduced. */
    readonly mostHistories?: number;
  } = {},
): RuleArl {
  checkRules(rules);
  const zoned = rules.filter((r): r is ZoneRule => r.kind === 'beyond' || r.kind === 'within');
  if (zoned.length === rules.length) {
    const chain = buildChain(zoned, options.mostHistories ?? MOST_HISTORIES);
    return { arl: solveChain(chain, mu, options.cdf), standardError: 0, method: 'markov_chain', size: chain.next.length };
  }
  return simulate(rules, mu, options.runs ?? 20_000, options.seed ?? 1);
}

interface Chain {
  /** Zone borders, ascending; zone z lies between borders z − 1 and z. */
  readonly borders: number[];
  /** next[state][zone]: state, or −1 for a signal. State 0 is the empty history. */
  readonly next: number[][];
}

const chains = new Map<string, Chain>();

const MOST_HISTORIES = 200_000;

function buildChain(rules: readonly ZoneRule[], most: number): Chain {
  const key = JSON.stringify(rules.map((r) => ({ ...r, id: '', severity: undefined })));
  const known = chains.get(key);
  if (known) return known;
  const borders = [...new Set(rules.flatMap((r) => (r.sigma === 0 ? [0] : [-r.sigma, r.sigma])))].sort((a, b) => a - b);
  const centres = [borders[0]! - 1, ...borders.slice(1).map((b, i) => (b + borders[i]!) / 2), borders.at(-1)! + 1];
  const index = new Map<string, number>();
  const next: number[][] = [];
  const states: number[][] = [];
  const intern = (s: number[]): number => {
    const k = s.join();
    const old = index.get(k);
    if (old !== undefined) return old;
    index.set(k, states.push(s) - 1);
    return states.length - 1;
  };
  intern(new Array<number>(2 * rules.length).fill(0));
  for (let i = 0; i < states.length; i++) {
    if (states.length > most)
      throw new AppError(
        'out_of_domain',
        'this rule set has too many histories for an exact run length; drop a rule with a long k-of-n window',
      );
    next.push(
      centres.map((z) => {
        const s = step(rules, states[i]!, z);
        return s === null ? -1 : intern(s);
      }),
    );
  }
  const chain = { borders, next: minimise(next) };
  chains.set(key, chain);
  return chain;
}

// Per rule two numbers: k = n → run lengths above and below (any, within: one run); k < n → bit masks of the last n − 1 points.
function step(rules: readonly ZoneRule[], state: readonly number[], z: number): number[] | null {
  const out = new Array<number>(state.length);
  for (let r = 0; r < rules.length; r++) {
    const rule = rules[r]!;
    const [a, b] = [state[2 * r]!, state[2 * r + 1]!];
    if (rule.kind === 'within') {
      out[2 * r] = Math.abs(z) < rule.sigma ? a + 1 : 0;
      out[2 * r + 1] = 0;
      if (out[2 * r]! >= rule.n) return null;
      continue;
    }
    const above = z > rule.sigma;
    const below = z < -rule.sigma;
    const any = rule.side === 'any';
    const up = any ? above || below : above && rule.side !== 'below';
    const down = !any && below && rule.side !== 'above';
    if (rule.k === rule.n && !rule.bothSides) {
      out[2 * r] = up ? a + 1 : 0;
      out[2 * r + 1] = down ? b + 1 : 0;
      if (out[2 * r]! >= rule.n || out[2 * r + 1]! >= rule.n) return null;
      continue;
    }
    const window = 2 ** rule.n - 1;
    const high = ((a << 1) | (rule.bothSides ? Number(above) : Number(up))) & window;
    const low = ((b << 1) | (rule.bothSides ? Number(below) : Number(down))) & window;
    const signal = rule.bothSides
      ? bits(high | low) >= rule.k && high !== 0 && low !== 0
      : (bits(high) >= rule.k && (!rule.lastBeyond || up)) || (bits(low) >= rule.k && (!rule.lastBeyond || down));
    if (signal) return null;
    out[2 * r] = high & (window >> 1);
    out[2 * r + 1] = low & (window >> 1);
  }
  return out;
}

function bits(x: number): number {
  let n = 0;
  for (let v = x; v !== 0; v &= v - 1) n++;
  return n;
}

// Moore's partition refinement: histories that no later signal can distinguish become one state.
function minimise(next: readonly number[][]): number[][] {
  let block = next.map(() => 0);
  for (let count = 1; ; ) {
    const index = new Map<string, number>();
    const refined = next.map((row, i) => {
      const key = `${block[i]}|${row.map((t) => (t < 0 ? -1 : block[t]!)).join()}`;
      const old = index.get(key);
      if (old !== undefined) return old;
      index.set(key, index.size);
      return index.size - 1;
    });
    block = refined;
    if (index.size === count) break;
    count = index.size;
  }
  const out: number[][] = [];
  next.forEach((row, i) => {
    out[block[i]!] ??= row.map((t) => (t < 0 ? -1 : block[t]!));
  });
  return out; // block 0 holds the empty history, which was seen first
}

function solveChain(chain: Chain, mu: number, below?: (border: number) => number): number {
  const n = chain.next.length;
  const cdf = [0, ...chain.borders.map(below ?? ((b) => normalCdf(b - mu))), 1];
  const upper = [1, ...chain.borders.map((b) => (below === undefined ? normalCdf(mu - b) : 1 - below(b))), 0];
  const p = cdf.slice(1).map((c, z) => (c < 0.5 ? c - cdf[z]! : upper[z]! - upper[z + 1]!));
  const a = new Float64Array(n * n);
  chain.next.forEach((row, i) => {
    a[i * n + i]! += 1;
    row.forEach((t, z) => {
      if (t >= 0) a[i * n + t]! -= p[z]!;
    });
  });
  const b = new Float64Array(n).fill(1);
  solveInPlace(a, n, b);
  return b[0]!;
}

function simulate(rules: readonly RunRule[], mu: number, runs: number, seed: number): RuleArl {
  const rng = createRng(seed, 'rule-arl');
  const engine = new RuleEngine(rules);
  let sum = 0;
  let squares = 0;
  for (let k = 0; k < runs; k++) {
    engine.restart();
    let n = 0;
    for (let done = false; !done; n++) {
      const z = mu + rng.normal();
      done = engine.push(z, z) !== 0;
    }
    sum += n;
    squares += n * n;
  }
  const arl = sum / runs;
  return { arl, standardError: Math.sqrt((squares / runs - arl * arl) / runs), method: 'simulation', size: runs };
}
