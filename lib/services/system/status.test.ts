import { expect, test } from 'vitest';
import { judgeWork, type WorkRow } from './status';

const lying: WorkRow = { due: 3, oldest: 90, live: 2, able: 2, settled: 2, database_up: 1e6 };

test('who could have worked and did not has stopped; who could not has not', () => {
  expect(judgeWork(lying)).toMatchObject({
    isStalled: true,
    isQueueAway: false,
    trouble: expect.stringMatching(/have stopped.*3 tasks wait/),
  });
  expect(judgeWork({ ...lying, settled: 0 })).toMatchObject({ isStalled: false, isQueueAway: false, trouble: null }); // the queue is back
  expect(judgeWork({ ...lying, settled: 0, able: 0 })).toMatchObject({
    isStalled: false,
    isQueueAway: true,
    trouble: expect.stringMatching(/^The queue \(Redis\) does not answer the workers: 3 tasks wait, the oldest for 90 s/),
  });
  expect(judgeWork({ ...lying, settled: 0, able: 1 })).toMatchObject({ isQueueAway: false, trouble: null });
});

test('nobody is missed before the database has been there for as long as a worker may be silent', () => {
  const silent = { ...lying, live: 0, able: 0, settled: 0 };
  expect(judgeWork(silent).trouble).toMatch(/^No worker is running: 3 tasks wait/);
  expect(judgeWork({ ...silent, database_up: 29 }).trouble).toBeNull();
});

test('work that is not old, or not there, is no trouble', () => {
  expect(judgeWork({ ...lying, oldest: 59 })).toMatchObject({ isStalled: false, trouble: null });
  expect(judgeWork({ ...lying, due: 0, oldest: null })).toMatchObject({ oldestDueS: 0, trouble: null });
});
