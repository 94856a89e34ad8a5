import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Phase, RawPoint } from '@/lib/spc';

/** Points and phases for the tests of control charts, and the reference cases of statistics. */
const STATS = join(import.meta.dirname, '../reference/stats');
export interface Case {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}
export const casesOf = (file: string): readonly Case[] =>
  (JSON.parse(readFileSync(join(STATS, file), 'utf8')) as { readonly cases: readonly Case[] }).cases;

/** The i-th hourly point, judged unless `more` says otherwise. */
export const point = (value: number, i: number, more: Partial<RawPoint> = {}): RawPoint => ({
  at: (i + 1) * 3_600_000,
  value,
  spread: null,
  n: 1,
  excluded: false,
  ...more,
});

/** The second phase of a chart, without limits unless `more` gives them. */
export const phase = (more: Partial<Phase>): Phase => ({
  version: 2,
  effectiveFrom: 0,
  rules: [1, 2, 3, 4],
  cl: 0,
  ucl: null,
  lcl: null,
  limitsSource: 'study',
  sigmaWithin: 1,
  dispCl: null,
  dispUcl: null,
  dispLcl: null,
  dispSource: 'study',
  dispSigma: null,
  lambda: null,
  widthL: null,
  ...more,
});
