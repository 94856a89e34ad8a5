import { expect, test } from 'vitest';
import type { ChartVersionView } from '@/lib/services/spc/views/chart-model';
import { plannedAfter, plannedDifference } from './planned-version';

const v: ChartVersionView = {
  version: 3,
  effectiveMs: 1_000,
  rules: [1, 2],
  preset: 'custom',
  setVersion: null,
  setName: null,
  cl: 100,
  ucl: 103,
  lcl: 97,
  limitsSource: 'study',
  sigmaWithin: 1,
  sigmaMethod: 'sd',
  dispCl: 1,
  dispUcl: 2.6,
  dispLcl: 0,
  dispSource: 'study',
  lambda: null,
  widthL: null,
  design: null,
  study: null,
  baselineN: 20,
  author: 'ana',
  reason: 'first',
  createdMs: 0,
};
const later = (p: Partial<ChartVersionView>): ChartVersionView => ({ ...v, version: 4, effectiveMs: 9_000, ...p });

test('only a version after the one in force is planned', () => {
  expect(plannedAfter([{ ...v, version: 2, effectiveMs: 0 }, v], v)).toBeUndefined();
  expect(plannedAfter([v, later({})], v)?.version).toBe(4);
  expect(plannedAfter([], undefined)).toBeUndefined();
});

test('what a plan would change is told before it is ended', () => {
  expect(plannedDifference(v, later({ ucl: 104.125, lcl: null, limitsSource: 'given', rules: [1, 101] }), 'nm')).toEqual([
    'LCL: 97.00 → none',
    'UCL: 103.00 → 104.125 nm',
    'Rule added: dispersion beyond its limit',
    'Rule removed: rule 2',
  ]);
  expect(plannedDifference(v, later({ cl: null, ucl: null, lcl: null }), 'nm')).toEqual([
    'Limits: dropped; a new baseline of 20 points is collected',
  ]);
  expect(plannedDifference(v, later({}), 'nm')).toEqual(['nothing beside the beginning of a phase']);
});
