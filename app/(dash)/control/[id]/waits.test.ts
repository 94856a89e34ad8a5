import { expect, test } from 'vitest';
import type { JudgeAnswer } from './use-judgement';
import type { ReplayAnswer } from './use-replay';
import { approvalWaits, pendingOf, waitsFor } from './waits';

const ready = { may: true, behind: null, hasConfig: true, differs: true, isRefused: false };

test('a draft says why it cannot be activated, and one of an older version is not sent before its author knows', () => {
  expect(waitsFor(ready)).toBeNull();
  expect(waitsFor({ ...ready, may: false, behind: 3 })).toMatch(/engineer role/);
  expect(waitsFor({ ...ready, behind: 3 })).toMatch(/^Version 3 came into force meanwhile/);
  expect(waitsFor({ ...ready, hasConfig: false, differs: false })).toMatch(/marked fields/);
  expect(waitsFor({ ...ready, differs: false })).toMatch(/Change a field/);
  expect(waitsFor({ ...ready, isRefused: true })).toMatch(/^Refused/);
});

test('the last dialog waits for the replay and for the judgement, or for the word that they do not come', () => {
  const tried: ReplayAnswer = { key: 'k', replay: null, error: 'too few observations' };
  const judged = { judged: {} as NonNullable<JudgeAnswer['judged']>, error: null };
  const silent = { judged: null, error: null };
  expect(pendingOf(null, judged)).toMatch(/replayed/);
  expect(pendingOf(tried, silent)).toMatch(/judged/);
  expect(pendingOf(tried, judged)).toBeNull();
  expect(pendingOf(tried, { judged: null, error: 'no answer' })).toBeNull();
});

test('who cannot approve a proposal reads why: the role, a version that came meanwhile, or that it is their own', () => {
  const fresh = { may: true, own: false, beside: 2, inForce: 2 };
  expect(approvalWaits(fresh)).toBeNull();
  expect(approvalWaits({ ...fresh, may: false })).toMatch(/engineer role/);
  expect(approvalWaits({ ...fresh, own: true })).toMatch(/another engineer/);
  expect(approvalWaits({ ...fresh, inForce: 3 })).toMatch(/version 3 is in force by now: reject it/);
  expect(approvalWaits({ ...fresh, inForce: 3, own: true })).toMatch(/take it back/);
});
