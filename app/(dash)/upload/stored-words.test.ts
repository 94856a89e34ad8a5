import { expect, test } from 'vitest';
import { storedWords } from './stored-links';

test('wafers without a run are said to wait, those with one to follow', () => {
  expect(storedWords([{ wafers: 3, withoutRun: 0 }])).toBe(
    'Stored as follows; points of charts and controllers follow within seconds.',
  );
  expect(
    storedWords([
      { wafers: 3, withoutRun: 1 },
      { wafers: 2, withoutRun: 0 },
    ]),
  ).toMatch(/No run at the step is known of 1 wafer: its map is there.* For the other 4, points/);
  expect(storedWords([{ wafers: 4, withoutRun: 4 }])).not.toMatch(/follow within seconds/);
});
