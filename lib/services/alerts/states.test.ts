import { expect, test } from 'vitest';
import { ALERT_STATES, type AlertMove, isSettled, MOVES, mayMove, moved } from './states';

const every = Object.keys(MOVES) as AlertMove[];

/** Written out by hand, so that a change of the table is a change of this test. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  open: ['acknowledge→acknowledged', 'start→in_work', 'wait→waiting', 'close→closed'],
  acknowledged: ['start→in_work', 'wait→waiting', 'close→closed'],
  in_work: ['wait→waiting', 'close→closed'],
  waiting: ['start→in_work', 'wait→waiting', 'resume→in_work', 'close→closed'],
  closed: ['reopen→open', 'verify→verified'],
  verified: ['reopen→open'],
};

test('each state allows the moves of the table, and refuses every other with what would be needed', () => {
  for (const state of ALERT_STATES) {
    const may = every.filter((m) => mayMove(state, m)).map((m) => `${m}→${moved(state, m)}`);
    expect(may, state).toEqual(ALLOWED[state]);
    for (const m of every.filter((q) => !mayMove(state, q)))
      expect(() => moved(state, m), `${state} ${m}`).toThrow(expect.objectContaining({ code: 'conflict', details: { state } }));
  }
});

test('from every state there is a way to verified, and only closed and verified are settled', () => {
  const reach = new Set<string>(['verified']);
  for (let n = 0; n < ALERT_STATES.length; n++)
    for (const m of Object.values(MOVES)) if (reach.has(m.to)) for (const s of m.from) reach.add(s);
  expect([...reach].sort()).toEqual([...ALERT_STATES].sort());
  expect(ALERT_STATES.filter(isSettled)).toEqual(['closed', 'verified']);
});
