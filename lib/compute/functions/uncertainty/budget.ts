import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { numbers, rows, share, whole } from '@/lib/formats/compute';
import { createRng } from '@/lib/numerics';
import { expressionModel, type InputDistribution, monteCarlo, propagate, typeA, validateGum } from '@/lib/uncertainty';
import { define, given } from '../../define';
import { gaugeFunctions } from './gauge';

const name = z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _');
const model = z.string().min(1).max(4000).meta({
  description:
    'Measurement model as an expression of the quantities: + − * / ^, sqrt, exp, log, log10, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, abs, atan2',
});
const quantities = z
  .array(
    z.strictObject({
      name,
      value: z.number(),
      u: z.number().min(0).meta({ description: 'Standard uncertainty' }),
      dof: z.number().positive().meta({ description: 'Degrees of freedom; default unlimited' }).optional(),
      unit: z.string().optional(),
    }),
  )
  .min(1)
  .max(200)
  .meta({ description: 'Input quantities' });
const level = share('Coverage; default 0.95').optional();
const correlation = rows('Correlation matrix of the quantities').optional();
const ETCH = {
  model: 'depth / time',
  quantities: [
    { name: 'depth', value: 120, u: 0.8, dof: 9 },
    { name: 'time', value: 60, u: 0.1 },
  ],
};
/** Infinite degrees of freedom: null on the wire. */
const UNLIMITED = ['dofEffective', 'budget.*.dof'];
type Quantities = z.output<typeof quantities>;
const knownOf = (q: Quantities) => q.map((v) => given(v));

/** @throws AppError `out_of_domain` where the first order gives no uncertainty and the second order does. */
function refuseStationary(r: ReturnType<typeof propagate>): void {
  const isUncertain = r.budget.some((q) => q.u > 0);
  if (!isUncertain || r.contributions.some((c) => c !== 0) || r.uSecondOrder === 0) return;
  throw new AppError(
    'out_of_domain',
    `model: all its derivatives vanish at the values of the quantities, so that the law of propagation gives u = 0${r.uSecondOrder === null ? '' : ` where the second order gives ${r.uSecondOrder.toPrecision(2)}`}; use uncertainty monte-carlo`,
    { field: 'model', uSecondOrder: r.uSecondOrder },
  );
}

const gum = define({
  path: 'uncertainty/gum',
  title: 'Uncertainty budget by the GUM',
  text: 'Law of propagation with exact sensitivity coefficients and correlations, second-order check, Welch–Satterthwaite degrees of freedom (also of correlated quantities), expanded uncertainty and the budget table.',
  input: z.strictObject({ model, quantities, correlation, level }),
  gaps: UNLIMITED,
  run: (i) => {
    const names = i.quantities.map((q) => q.name);
    const r = propagate(
      expressionModel(i.model, names),
      knownOf(i.quantities),
      given({ correlation: i.correlation, level: i.level }),
    );
    refuseStationary(r);
    return r;
  },
  table: {
    write: {
      budget: ({ budget: b }) => ({
        name: b.map((r) => r.name),
        value: b.map((r) => r.value),
        u: b.map((r) => r.u),
        dof: b.map((r) => r.dof),
        sensitivity: b.map((r) => r.sensitivity),
        contribution: b.map((r) => r.contribution),
        share: b.map((r) => r.share),
      }),
    },
  },
  example: ETCH,
});

const distributionIn = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('normal'), mean: z.number(), sd: z.number().min(0) }),
  z.strictObject({ kind: z.literal('uniform'), a: z.number(), b: z.number() }),
  z.strictObject({ kind: z.literal('arcsine'), a: z.number(), b: z.number() }),
  z.strictObject({ kind: z.literal('triangular'), a: z.number(), b: z.number() }),
  z.strictObject({ kind: z.literal('t'), mean: z.number(), scale: z.number().positive(), dof: z.number().positive() }),
  z.strictObject({ kind: z.literal('ctrap'), a: z.number(), b: z.number(), d: z.number() }),
]);
const run = {
  level,
  trials: whole(100, 50_000_000, 'Fixed number of trials; without it the adaptive scheme decides').optional(),
  maxTrials: whole(10_000, 50_000_000, 'Most trials of the adaptive scheme').optional(),
  digits: whole(1, 6, 'Significant digits of u that must stand still; default 2').optional(),
  seed: z.int().meta({ description: 'Seed; default 1' }).optional(),
  correlation,
};
type Run = z.output<z.ZodObject<typeof run>>;
const options = ({ seed: _, ...i }: Run) => given(i);

const mc = define({
  path: 'uncertainty/monte-carlo',
  title: 'Propagation of distributions by Monte Carlo',
  text: 'GUM Supplement 1 with adaptive trials: mean, standard uncertainty, symmetric and shortest coverage interval.',
  input: z.strictObject({
    model,
    distributions: z.record(name, distributionIn).meta({ description: 'Distribution of each quantity by name' }),
    ...run,
  }),
  isLong: true,
  relations: { oneOf: [{ fields: ['trials', 'maxTrials'] }, { fields: ['trials', 'digits'] }] },
  run: ({ model: m, distributions, ...i }) =>
    monteCarlo(
      expressionModel(m, Object.keys(distributions)),
      Object.values(distributions),
      createRng(i.seed ?? 1, 'monte-carlo'),
      options(i),
    ),
  example: {
    model: 'a + b + c + d',
    distributions: {
      a: { kind: 'uniform', a: -1, b: 1 },
      b: { kind: 'uniform', a: -1, b: 1 },
      c: { kind: 'uniform', a: -1, b: 1 },
      d: { kind: 'uniform', a: -1, b: 1 },
    },
    trials: 200_000,
  },
});

const validate = define({
  path: 'uncertainty/validate',
  title: 'Is the GUM result valid?',
  text: 'The GUM interval beside that of Monte Carlo, normal or t inputs, and the verdict of Supplement 1, clause 8.',
  input: z.strictObject({ model, quantities, ...run }),
  isLong: true,
  relations: { oneOf: [{ fields: ['trials', 'maxTrials'] }] },
  gaps: UNLIMITED.map((place) => `gum.${place}`),
  run: ({ model: m, quantities: q, ...i }) => {
    const f = expressionModel(
      m,
      q.map((v) => v.name),
    );
    const gumResult = propagate(f, knownOf(q), given({ correlation: i.correlation, level: i.level }));
    refuseStationary(gumResult);
    const inputs = q.map(
      (v): InputDistribution =>
        v.dof === undefined ? { kind: 'normal', mean: v.value, sd: v.u } : { kind: 't', mean: v.value, scale: v.u, dof: v.dof },
    );
    const result = monteCarlo(f, inputs, createRng(i.seed ?? 1, 'monte-carlo'), options(i));
    return { gum: gumResult, monteCarlo: result, ...validateGum(gumResult, result, i.digits) };
  },
  example: { ...ETCH, trials: 100_000 },
});

const repeated = define({
  path: 'uncertainty/type-a',
  title: 'Type A evaluation',
  text: 'Mean, standard deviation and standard uncertainty of the mean of repeated readings.',
  input: z.strictObject({ values: numbers('Repeated readings', { min: 2 }) }),
  run: (i) => typeA(i.values),
  table: { columns: [{ name: 'values' }] },
  example: { values: [10.1, 10.3, 9.9, 10.2, 10.0] },
});

export const functions = [gum, mc, validate, repeated, ...gaugeFunctions];
