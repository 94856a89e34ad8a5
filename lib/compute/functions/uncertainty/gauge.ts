import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { flag, gaps, names, numbers, oneOf, positive, real, rows } from '@/lib/formats/compute';
import { calibrationLine, crossedGauge, linearityStudy, matchTools, nestedGauge, remlGauge } from '@/lib/uncertainty';
import { define, given } from '../../define';

const readings = {
  value: gaps('Readings'),
  operator: names('Operator (or tool) of each reading'),
  part: names('Part (or wafer) of each reading'),
};
const READINGS = { columns: [{ name: 'value' }, { name: 'operator', kind: 'text' }, { name: 'part', kind: 'text' }] } as const;
const design = oneOf(
  ['crossed', 'nested'],
  'Crossed: operators measure the same parts (default); nested: parts of their own',
).optional();
const tolerance = positive('USL − LSL, for the precision-to-tolerance ratio').optional();

const ONE_EACH = { sameLength: [['value', 'operator', 'part']] };
/** A gauge without variation of its own distinguishes infinitely many categories: null on the wire. */
const UNLIMITED = ['ndc'];

/** Three operators, four parts, two readings each. */
const EXAMPLE = (() => {
  const parts = [2.1, 3.4, 1.2, 2.8];
  const bias = [0, 0.06, -0.04];
  const repeat = [0.02, -0.01, 0.015, -0.025, 0.005, 0.01, -0.02, 0.03, -0.015, 0, 0.02, -0.03];
  const all = bias.flatMap((b, o) =>
    parts.flatMap((v, p) => [1, -1].map((s) => ({ o, p, v: v + b + s * repeat[(o * 4 + p) % 12]! }))),
  );
  return {
    value: all.map((r) => Math.round(r.v * 1e4) / 1e4),
    operator: all.map((r) => `operator ${r.o + 1}`),
    part: all.map((r) => `part ${r.p + 1}`),
  };
})();

/** Readings as [operator][part][repeat]; a balanced study is required. */
function balanced(i: { value: Float64Array; operator: readonly string[]; part: readonly string[] }): number[][][] {
  const operators = [...new Set(i.operator)];
  const cells = operators.map((o) => {
    const parts = [...new Set(i.part.filter((_, k) => i.operator[k] === o))].sort();
    return parts.map((p) => Array.from(i.value).filter((_, k) => i.operator[k] === o && i.part[k] === p));
  });
  const repeats = cells[0]?.[0]?.length ?? 0;
  const whole = cells.every(
    (c) => c.length === cells[0]!.length && c.every((r) => r.length === repeats && !r.some(Number.isNaN)),
  );
  if (!whole)
    throw new AppError(
      'invalid_input',
      'value: analysis of variance needs the same number of readings in every cell, none missing; use gauge-reml',
      { field: 'value' },
    );
  return cells;
}

const anova = define({
  path: 'uncertainty/gauge',
  title: 'Gauge R&R by analysis of variance',
  text: 'Repeatability, reproducibility, part-to-part variation, %GRR, number of distinct categories, P/T, with the table of the analysis; balanced crossed or nested studies.',
  input: z.strictObject({ ...readings, design, tolerance }),
  relations: ONE_EACH,
  gaps: UNLIMITED,
  run: (i) => (i.design === 'nested' ? nestedGauge : crossedGauge)(balanced(i), i.tolerance),
  table: READINGS,
  example: EXAMPLE,
});

const reml = define({
  path: 'uncertainty/gauge-reml',
  title: 'Gauge R&R by restricted maximum likelihood',
  text: 'The same quantities for unbalanced studies and missing readings: variance components by REML with standard errors, none negative, with convergence evidence.',
  input: z.strictObject({
    ...readings,
    design,
    interaction: flag('Operator by part; default true where a cell has repeats').optional(),
    tolerance,
  }),
  relations: { ...ONE_EACH, onlyWith: { interaction: { field: 'design', in: ['crossed'], default: 'crossed' } } },
  gaps: UNLIMITED,
  run: ({ value, operator, part, ...options }) => remlGauge({ value, operator, part }, given(options)),
  table: {
    ...READINGS,
    write: {
      components: ({ components: c }) => ({
        source: c.map((v) => v.source),
        variance: c.map((v) => v.variance),
        standardError: c.map((v) => v.standardError),
      }),
    },
  },
  example: EXAMPLE,
});

const linearity = define({
  path: 'uncertainty/linearity',
  title: 'Bias and linearity of a gauge',
  text: 'Bias at each reference with its t test, and the line of bias over reference with its tests.',
  input: z.strictObject({
    references: numbers('Reference values'),
    readings: rows('Readings of each reference, one row a reference', { ragged: true }),
  }),
  relations: { sameLength: [['references', 'readings']] },
  run: (i) => linearityStudy(i.references, i.readings),
  table: { columns: [{ name: 'references' }], rest: { field: 'readings', text: 'the other columns are repeated readings' } },
  example: {
    references: [2, 4, 6, 8],
    readings: [
      [2.02, 2.0, 2.03],
      [4.01, 4.03, 4.02],
      [6.04, 6.01, 6.03],
      [8.05, 8.04, 8.06],
    ],
  },
});

const match = define({
  path: 'uncertainty/match-tools',
  title: 'Match of two tools',
  text: 'Offset (mean of tool less reference, with its uncertainty), slope of the line with errors in both tools, and net residual of paired readings.',
  input: z.strictObject({
    reference: numbers('Readings of the reference tool'),
    tool: numbers('Readings of the other tool on the same sites'),
    errorRatio: positive('Error variance of the tool over that of the reference; default 1').optional(),
  }),
  relations: { sameLength: [['reference', 'tool']] },
  run: (i) => matchTools(i.reference, i.tool, i.errorRatio),
  table: { columns: [{ name: 'reference' }, { name: 'tool' }] },
  example: { reference: [10, 20, 30, 40, 50], tool: [10.3, 20.2, 30.5, 40.4, 50.6] },
});

const calibration = define({
  path: 'uncertainty/calibration-line',
  title: 'Calibration line',
  text: 'Straight line y = y₁ + y₂(x − x₀) with uncertainties and their correlation (GUM H.3), and its value at further places.',
  input: z.strictObject({
    x: numbers('Stimulus', { min: 3 }),
    y: numbers('Response', { min: 3 }),
    x0: real('Reference point; default 0').optional(),
    at: numbers('Places where the line is evaluated').optional(),
  }),
  relations: { sameLength: [['x', 'y']] },
  run: (i) => {
    const { predict, ...line } = calibrationLine(i.x, i.y, i.x0 ?? 0);
    return { ...line, at: (i.at ?? []).map((x) => ({ x, ...predict(x) })) };
  },
  table: { columns: [{ name: 'x' }, { name: 'y' }] },
  example: { x: [1, 2, 3, 4], y: [1.1, 2.0, 2.9, 4.1], x0: 2, at: [2.5] },
});

export const gaugeFunctions = [anova, reml, linearity, match, calibration];
