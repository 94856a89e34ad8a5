import { expect, test } from 'vitest';
import type { ContributionRow, PointContributions } from '@/lib/services/spc/views/contributions';
import { contributionBars, contributionsCsv, leftOutText, variableLink } from './contributions.prepare';

const row = (over: Partial<ContributionRow>): ContributionRow => ({
  characteristic: 'trace.flow.etch.mean',
  parameter: 'flow',
  variable: 'flow mean in etch',
  unit: 'sccm',
  value: 81.23,
  mean: 78,
  sigma: 0.8,
  z: 4.04,
  part: 12.5,
  measurementId: null,
  chartId: null,
  ...over,
});

const data: PointContributions = {
  chart: { id: 'c', title: 'sensors', kind: 'pca' },
  record: 'r',
  atMs: Date.UTC(2026, 10, 1),
  version: 2,
  runId: 'run-1',
  lot: 'L1',
  slot: 3,
  statistics: [
    {
      statistic: 't2',
      total: 30,
      ucl: 20,
      rows: [row({}), row({ part: -2.5, parameter: 'power', variable: 'power mean in etch' })],
    },
    { statistic: 'spe', total: 2, ucl: 9, rows: [row({ part: -1.2, z: -1.5, value: 76.8 })] },
  ],
  unjudged: null,
  leftOut: [{ variable: 'valve mean in etch', why: 'constant' }],
};

test('the longest bar fills the width, others keep their share and sign, and the words say where the value stands', () => {
  const [t2, spe] = contributionBars(data);
  expect(t2).toMatchObject({ title: 'T²', isOut: true, note: '30.0, limit 20.0' });
  expect(t2!.bars.map((b) => b.share)).toEqual([1, -0.2]);
  expect(t2!.bars[0]!.words).toBe('81.23 sccm, 4.0 σ above the mean of the baseline (78.00)');
  expect(spe).toMatchObject({ title: 'SPE', isOut: false });
  expect(spe!.bars[0]!.words).toContain('1.5 σ below');
});

test('a bar leads to the trace of its sensor in its step, to the map of the measurement, or to the lot', () => {
  const to = (over: Partial<ContributionRow>) => variableLink(row(over), data).href;
  expect(to({})).toBe('/runs/run-1?sensor=flow&step=etch&indicator=mean');
  expect(to({ characteristic: 'trace.rf%2Epower.etch.sd' })).toBe('/runs/run-1?sensor=rf.power&step=etch&indicator=sd');
  expect(to({ characteristic: 'measurement.mean', parameter: 'cd', measurementId: 'm-1' })).toBe('/wafers/m-1');
  expect(to({ characteristic: 'overlay.tx', parameter: 'tx', measurementId: 'o-1' })).toBe('/overlay/o-1');
  expect(to({ characteristic: 'vm.wafer', parameter: 'cd' })).toBe('/runs/run-1');
  expect(to({ characteristic: 'measurement.lot', parameter: 'cd' })).toBe('/wafers?lot=L1');
  expect(to({ characteristic: 'overlay.lot.tx', parameter: 'tx' })).toBe('/overlay?lot=L1');
});

test('the file has one row a variable of each statistic, and what is left out is named', () => {
  const lines = contributionsCsv(data).trim().split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toBe(
    'sensors,r,2026-11-01T00:00:00.000Z,L1,3,2,t2,30,20,flow mean in etch,trace.flow.etch.mean,flow,sccm,81.23,78,0.8,4.04,12.5',
  );
  expect(leftOutText(data.leftOut)).toBe('Not judged: valve mean in etch (did not vary in the baseline).');
  expect(leftOutText([])).toBeNull();
});
