import { expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { CONTEXT_POINTS } from '@/lib/spc';
import { type ChartJudgement, judgeChart } from './judge-chart';
import type { ChartRow, PhaseRow, PointRow } from './store';

const PHASE: PhaseRow = {
  version: 2,
  effectiveFrom: 0,
  rules: [1],
  cl: 100,
  ucl: 101,
  lcl: 99,
  limitsSource: 'study',
  sigmaWithin: 1,
  dispCl: null,
  dispUcl: null,
  dispLcl: null,
  dispSource: 'study',
  dispSigma: null,
  lambda: 0.02,
  sigmaMethod: null,
  preset: 'rule-1',
  change: null,
  widthL: 3,
  baselineN: 20,
};
const CHART: ChartRow = {
  id: 'c',
  title: 'c',
  area: 'a',
  characteristic: 'measurement.mean',
  parameter: 'p',
  unit: 'nm',
  operation: 'o',
  product: null,
  tool: null,
  chamber: null,
  kind: 'ewma',
  alerting: false,
  version: 2,
  recipe: null,
  fill_id: null,
  within: null,
  variables: null,
};

/** What judging these rows from row `first` on writes. */
function judged(rows: readonly PointRow[], first: number) {
  const out: ChartJudgement = { changes: [], violations: [] };
  judgeChart(CHART, [PHASE], rows, rows[first]!.at.getTime(), out);
  return out.changes;
}

test('an EWMA with a long memory that is judged point by point has the limits of one that is judged as a whole, excluded points too', () => {
  const rng = createRng(3);
  const rows = Array.from({ length: CONTEXT_POINTS + 40 }, (_, i): PointRow => {
    const excluded = i % 17 === 5 ? 'wrong wafer' : null;
    const value = 100 + rng.normal() + (excluded === null ? 0 : 30);
    return {
      chart_id: 'c',
      record_id: `r${i}`,
      at: new Date(i),
      value,
      spread: null,
      n: 1,
      size: null,
      product: null,
      vector: new Float64Array(0),
      memory: null,
      excluded,
      lot: 'L',
      slot: 1,
      run_id: null,
      tool: null,
      chamber: null,
      rules: [],
    };
  });
  const whole = judged(rows, 0);
  const kept = rows.slice(0, CONTEXT_POINTS).map((r, i) => ({ ...r, ...stored(whole[i]!.judged) }));
  for (let i = CONTEXT_POINTS; i < rows.length; i++) {
    const stretch = [...kept.slice(-CONTEXT_POINTS), rows[i]!];
    const [change] = judged(stretch, stretch.length - 1);
    const { plotted, limits } = whole[i]!.judged;
    expect(change!.judged.plotted).toBe(plotted);
    expect(change!.judged.limits!.ucl).toBe(limits!.ucl!);
    expect(change!.judged.limits!.lcl).toBe(limits!.lcl!);
    kept.push({ ...rows[i]!, ...stored(change!.judged) });
  }
});

const stored = (p: ReturnType<typeof judged>[number]['judged']) => ({
  memory: JSON.parse(JSON.stringify(p.memory)) as NonNullable<PointRow['memory']>,
});
