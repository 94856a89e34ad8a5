import { expect, test } from 'vitest';
import { overlayState } from './overlay-state';

test('a measurement whose charts have no limits yet is not in control', () => {
  const row = { isOut: false, isJudged: true, rawX: 2.1 };
  expect(overlayState(row).text).toBe('in control');
  expect(overlayState({ ...row, isJudged: false }).text).toBe('not judged');
  expect(overlayState({ ...row, rawX: null }).text).toBe('not fitted yet');
  expect(overlayState({ ...row, isOut: true, isJudged: false }).text).toBe('rule fired');
});
