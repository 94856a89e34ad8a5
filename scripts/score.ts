import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { closePool, db } from '@/lib/db';
import { type InjectedFault, injectedFaults } from '@/lib/services/simulation/score/faults';
import { type KindScore, type PriceCheck, type SetScore, scorePage } from '@/lib/services/simulation/score/page';
import { readChart, scoredCharts } from '@/lib/services/simulation/score/read';
import {
  type ChartScore,
  missedFaults,
  type ScoredChart,
  scoreChart,
  scoreClasses,
  type TriedRules,
} from '@/lib/services/simulation/score/score';
import { BUILT_IN_SETS, chartRule, inControl, inControlEstimated, rulesCost } from '@/lib/spc';

const WEEK_MS = 7 * 86_400_000;
/** Baselines whose limits are compared with known ones. */
const BASELINES = [20, 50, 200];
/** A price that is a sum of exact parts may be so much too high. */
const SUM_TOO_HIGH = 0.08;

const o = new Command('score')
  .description(
    'Judges the faults of a simulated fab by every set of rules and holds the false alarms against their price. Needs a database that the simulator filled: npm run demo, or npm run simulate.',
  )
  .option('--out <file>', 'page that is written', 'docs/score.md')
  .option('--points <n>', 'points in control for each set', Number, 1_000_000)
  .option('--seed <n>', 'seed of these points', Number, 1)
  .parse()
  .opts<{ out: string; points: number; seed: number }>();

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function checkPrices(): PriceCheck[] {
  return BUILT_IN_SETS.map(({ label, numbers }) => {
    const known = inControl(numbers, o.points, o.seed);
    const isSum = rulesCost({ kind: 'individuals' }, numbers.map(chartRule)).method === 'sum';
    const floor = isSum ? known.expected * (1 - SUM_TOO_HIGH) : known.expected;
    const holds = known.interval.low <= known.expected && known.interval.high >= floor;
    const estimated = BASELINES.map((baseline) => ({
      baseline,
      result: inControlEstimated(numbers, baseline, Math.round(o.points / 2_000), 500, o.seed),
    }));
    print(`${label}: ${known.alarms} alarms, ${known.expected.toFixed(1)} expected${holds ? '' : ' - the price does not hold'}`);
    return { label, known, estimated, isSum, holds };
  });
}

/** Weeks between the first and the last point of a chart. */
const weeksOf = (c: ScoredChart): number => (c.points.length < 2 ? 0 : (c.points.at(-1)!.at - c.points[0]!.at) / WEEK_MS);

function scoreSet(
  label: string,
  rules: TriedRules,
  charts: readonly ScoredChart[],
  faults: ReadonlyMap<string, InjectedFault>,
): SetScore {
  const scored = charts.map((chart) => ({ chart, score: scoreChart(chart, rules) }));
  const kinds = [...new Set(charts.map((c) => c.kind))].sort();
  const sum = (list: readonly ChartScore[], f: (s: ChartScore) => number): number => list.reduce((s, c) => s + f(c), 0);
  return {
    label,
    classes: scoreClasses(
      scored.map((s) => s.score),
      faults,
    ),
    kinds: kinds.map((kind): KindScore => {
      const mine = scored.filter((s) => s.chart.kind === kind);
      const scores = mine.map((s) => s.score);
      return {
        kind,
        charts: mine.length,
        classes: scoreClasses(scores, faults),
        clean: sum(scores, (s) => s.clean),
        falseAlarms: sum(scores, (s) => s.falseAlarms),
        expected: sum(scores, (s) => s.expected),
        chartWeeks: mine.reduce((s, m) => s + weeksOf(m.chart), 0),
      };
    }),
  };
}

async function main(): Promise<void> {
  const faults = await injectedFaults(db());
  if (faults.length === 0)
    throw new Error(
      'the database holds no injected faults: fill it with npm run demo, or npm run simulate with a key that may send truth',
    );
  const heads = await scoredCharts(db());
  const charts: ScoredChart[] = [];
  for (const h of heads) charts.push(await readChart(db(), h, faults));
  print(`${charts.length} charts, ${faults.length} faults`);
  const byId = new Map(faults.map((f) => [f.id, f]));
  const types = [...new Set(faults.map((f) => f.type))].sort();
  const sets = [
    scoreSet('In force', null, charts, byId),
    ...BUILT_IN_SETS.map((s) => scoreSet(s.label, s.numbers, charts, byId)),
  ];
  const inForce = sets[0]!;
  const missed = inForce.classes.filter((c) => c.found === 0);
  const checks = checkPrices();
  const all = charts.flatMap((c) => c.points.map((p) => p.at));
  const span = all.reduce((m, v) => [Math.min(m[0]!, v), Math.max(m[1]!, v)], [Number.POSITIVE_INFINITY, 0]);
  const page = scorePage({
    at: new Date(),
    fab: faults[0]!.id.replace(/-F\d+$/, ''),
    seed: o.seed,
    days: (span[1]! - span[0]!) / 86_400_000,
    charts: charts.length,
    points: all.length,
    faults: types.map((type) => ({
      type,
      n: faults.filter((f) => f.type === type).length,
      touched: faults.filter((f) => f.type === type && f.runs.size > 0).length,
    })),
    checks,
    sets,
    missedFaults: missedFaults(
      charts.map((c) => scoreChart(c, null)),
      byId,
    ),
    missed: missed.map(
      (c) => `${c.type}: ${c.watched === 0 ? 'it touched no judged point of any chart' : `none of ${c.watched}`}`,
    ),
  });
  writeFileSync(o.out, page);
  for (const c of inForce.classes) print(`${c.type}: ${c.found} of ${c.watched} found`);
  for (const c of checks.filter((k) => !k.holds)) print(`the price of "${c.label}" does not hold`);
  if (missed.length > 0 || checks.some((k) => !k.holds)) process.exitCode = 1;
}

try {
  await main();
} catch (e) {
  process.stderr.write(`error: ${(e as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await closePool();
}
