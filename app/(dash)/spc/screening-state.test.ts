import { expect, test } from 'vitest';
import { chartState } from './screening-state';

const row = { n: 12, out: 0, alertId: null, ucl: 33, lcl: 27, dispUcl: null, dispLcl: null };

test('a chart without limits is not in control, whatever its points do', () => {
  expect(chartState(row).text).toBe('in control');
  expect(chartState({ ...row, lcl: null }).text).toBe('in control');
  expect(chartState({ ...row, ucl: null, lcl: null })).toMatchObject({ status: 'idle', text: 'no limits yet' });
  // Its dispersion is judged.
  expect(chartState({ ...row, ucl: null, lcl: null, dispUcl: 4 }).text).toBe('in control');
});

test('the worst comes first', () => {
  const states = [{ alertId: 'a' }, { out: 1 }, {}, { ucl: null, lcl: null }, { n: 0 }].map((p) => chartState({ ...row, ...p }));
  expect(states.map((s) => s.order)).toEqual([0, 1, 2, 3, 4]);
  expect(states[0]!.text).toBe('alert');
});
