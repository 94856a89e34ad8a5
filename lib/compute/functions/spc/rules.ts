import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { gaps, integers, numbers, oneOf, positive, real, whole } from '@/lib/formats/compute';
import { requireMeasured, standardised } from '@/lib/numerics';
import {
  AIAG,
  cusumTwoSidedArl,
  cusumTwoSidedLimit,
  describeRule,
  evaluateSeries,
  ewmaArl,
  ewmaLimit,
  mewmaLimit,
  NELSON,
  RULE_PRESETS,
  type RulePreset,
  type RunRule,
  ruleArl,
  WESTERN_ELECTRIC,
  WESTGARD,
} from '@/lib/spc';
import { define, given } from '../../define';

const PRESETS = Object.keys(RULE_PRESETS) as [RulePreset, ...RulePreset[]];
const BY_ID: Readonly<Record<string, RunRule>> = { ...NELSON, ...WESTERN_ELECTRIC, ...AIAG, ...WESTGARD };
const ruleSet = {
  preset: oneOf(PRESETS, 'Named set of rules; default nelson-8').optional(),
  rules: z
    .array(z.enum(Object.keys(BY_ID) as [string, ...string[]]))
    .min(1)
    .meta({
      description:
        'Single rules instead of a set: N1…N8 of Nelson, WE1…WE4 of Western Electric, A1…A8 and A7T of AIAG, 1-2s…10x of Westgard',
    })
    .optional(),
};
const chosen = (i: { preset?: RulePreset | undefined; rules?: string[] | undefined }): readonly RunRule[] =>
  i.rules?.map((id) => BY_ID[id]!) ?? RULE_PRESETS[i.preset ?? 'nelson-8'];

const rules = define({
  path: 'spc/rules',
  title: 'Run rules over a series',
  text: 'Rules of Nelson, Western Electric, AIAG or Westgard in process order; each violation with its window, its members and the points beyond the zone.',
  input: z.strictObject({
    values: gaps('Plotted values in process order'),
    center: real('Centre line'),
    sigma: positive('Sigma of the plotted statistic'),
    ...ruleSet,
    restarts: integers('Indices at which a new phase begins: the runs restart there', { lowest: 0 }).optional(),
  }),
  relations: { indices: { restarts: 'values' }, oneOf: [{ fields: ['preset', 'rules'] }] },
  run: (i) => {
    requireMeasured('values', i.values);
    const set = chosen(i);
    const z = i.values.map((v) => standardised(v, i.center, i.sigma));
    return {
      rules: set.map((r) => ({ id: r.id, text: describeRule(r) })),
      violations: evaluateSeries(set, z, i.values, given({ restarts: i.restarts })).violations,
    };
  },
  table: {
    columns: [{ name: 'values' }],
    write: {
      violations: ({ violations: v }) => ({
        rule: v.map((x) => x.ruleId),
        severity: v.map((x) => x.severity),
        start: v.map((x) => x.start),
        end: v.map((x) => x.end),
        side: v.map((x) => x.side ?? ''),
      }),
    },
  },
  example: { values: [0.2, -0.4, 0.9, 3.4, 0.1, 1.1, 1.3, 1.2, 1.4, 1.6], center: 0, sigma: 1, preset: 'nelson-8' },
});

const arl = define({
  path: 'spc/arl',
  title: 'Average run length',
  text: 'Points until the first signal for shifts of the mean in sigmas: run rules by a Markov chain (simulated where the chain would be too large), EWMA by an integral equation, two-sided CUSUM by Markov chains.',
  input: z.strictObject({
    chart: oneOf(['rules', 'ewma', 'cusum'], 'Chart; default rules').optional(),
    ...ruleSet,
    shifts: numbers('Shifts of the mean, sigmas of the plotted point', { max: 200 }),
    lambda: real('EWMA weight; default 0.2').optional(),
    nSigmas: positive('EWMA width L; default 3').optional(),
    k: positive('CUSUM reference value, sigmas; default 0.5').optional(),
    h: positive('CUSUM decision interval, sigmas; default 5').optional(),
    runs: whole(100, 10_000_000, 'Simulated runs where the chain is too large').optional(),
    seed: z.int().meta({ description: 'Seed of the simulation; default 1' }).optional(),
  }),
  isLong: true,
  relations: {
    oneOf: [{ fields: ['preset', 'rules'] }],
    onlyWith: {
      ...Object.fromEntries(
        ['preset', 'rules', 'runs', 'seed'].map((f) => [f, { field: 'chart', in: ['rules'], default: 'rules' }]),
      ),
      ...Object.fromEntries(['lambda', 'nSigmas'].map((f) => [f, { field: 'chart', in: ['ewma'], default: 'rules' }])),
      ...Object.fromEntries(['k', 'h'].map((f) => [f, { field: 'chart', in: ['cusum'], default: 'rules' }])),
    },
  },
  run: (i, report) => {
    const of = (shift: number) => {
      if (i.chart === 'ewma')
        return { arl: ewmaArl(i.lambda ?? 0.2, i.nSigmas ?? 3, shift), standardError: 0, method: 'integral_equation' };
      if (i.chart === 'cusum')
        return { arl: cusumTwoSidedArl(i.k ?? 0.5, i.h ?? 5, shift), standardError: 0, method: 'markov_chain' };
      return ruleArl(chosen(i), shift, given({ runs: i.runs, seed: i.seed }));
    };
    const found = i.shifts.map((shift, n) => {
      report(n, i.shifts.length);
      return of(shift);
    });
    return {
      shifts: i.shifts,
      arl: found.map((f) => f.arl),
      standardError: found.map((f) => f.standardError),
      method: found.map((f) => f.method),
    };
  },
  example: { chart: 'rules', rules: ['WE1'], shifts: [0, 1] },
});

const design = define({
  path: 'spc/design',
  title: 'Limits for a wanted run length',
  text: 'Width of an EWMA chart, decision interval of a CUSUM chart or limit of a MEWMA chart that gives a run length in control; EWMA and CUSUM two-sided, as spc/ewma, spc/cusum and spc/arl have them.',
  input: z.strictObject({
    chart: oneOf(['ewma', 'cusum', 'mewma'], 'Chart'),
    arl0: z.number().gt(1).meta({ description: 'Wanted average run length in control' }),
    lambda: real('Weight of EWMA and MEWMA').optional(),
    k: positive('Reference value of the CUSUM, sigmas').optional(),
    variables: whole(1, 100, 'Number of variables of the MEWMA').optional(),
  }),
  isLong: true,
  relations: {
    onlyWith: {
      lambda: { field: 'chart', in: ['ewma', 'mewma'] },
      k: { field: 'chart', in: ['cusum'] },
      variables: { field: 'chart', in: ['mewma'] },
    },
  },
  run: (i) => {
    const need = (name: 'lambda' | 'k' | 'variables'): number => {
      const v = i[name];
      if (v === undefined)
        throw new AppError('invalid_input', `${name}: a ${i.chart} chart needs it; give a value`, { field: name });
      return v;
    };
    if (i.chart === 'cusum') return { h: cusumTwoSidedLimit(need('k'), i.arl0) };
    if (i.chart === 'ewma') return { nSigmas: ewmaLimit(need('lambda'), i.arl0) };
    return { h: mewmaLimit(need('lambda'), need('variables'), i.arl0) };
  },
  example: { chart: 'cusum', k: 0.5, arl0: 370 },
});

export const ruleFunctions = [rules, arl, design];
