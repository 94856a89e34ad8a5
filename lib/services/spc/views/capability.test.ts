import { expect, test } from 'vitest';
import { studiedPoints, studyOf } from './capability';
import type { ChartColumns, ChartHead, ChartVersionView } from './chart-model';
import type { ChartSpecification } from './chart-specification';

const UNSPECIFIED: ChartSpecification = {
  lsl: null,
  usl: null,
  target: null,
  spans: [],
  differs: false,
  ofWafers: false,
  unspecified: [],
  href: null,
};
const POINTS = {
  value: Float64Array.of(1, 2, 3),
  excluded: [null, null, null],
  rules: [[], [], []],
  at: Float64Array.of(1, 2, 3),
} as unknown as ChartColumns;
const VERSION = { sigmaWithin: 1, limitsSource: 'study' } as ChartVersionView;

const noteOf = (kind: ChartHead['kind'], ofWafers: boolean) =>
  studyOf(
    { kind, parameter: 'oxide', operation: 'CVD' } as ChartHead,
    VERSION,
    { ...UNSPECIFIED, ofWafers },
    studiedPoints(kind, UNSPECIFIED, POINTS),
  ).capabilityNote;

test.each(['xbar_s', 'xbar_r', 'ewma'] as const)(
  '%s names the individuals chart only where that one has a specification',
  (kind) => {
    expect(noteOf(kind, true)).toContain('see the individuals chart');
    expect(noteOf(kind, false)).toBe('oxide has no specification limits at CVD, so there is no capability.');
  },
);

test('single values without a specification name no other chart', () => {
  for (const ofWafers of [true, false])
    expect(noteOf('individuals', ofWafers)).toBe('This characteristic has no specification limits, so there is no capability.');
});

test('where the sigma of the limits is the overall one of the baseline, the indices by it are not passed off as short-term ones', () => {
  const specified = { ...UNSPECIFIED, lsl: 0, usl: 4, spans: [{ fromMs: 0, version: 1 }] } as unknown as ChartSpecification;
  const study = (sigmaMethod: string) =>
    studyOf(
      { kind: 'individuals', parameter: 'cd', operation: 'LITHO' } as ChartHead,
      { ...VERSION, sigmaMethod },
      specified,
      studiedPoints('individuals', specified, POINTS),
    );
  expect(study('overall').capabilityNote).toContain('overall standard deviation');
  expect(study('overall').capability).not.toBeNull();
  expect(study('moving_range').capabilityNote).toBeNull();
});
