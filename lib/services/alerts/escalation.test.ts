import { expect, test } from 'vitest';
import {
  type AlertClock,
  type EscalationStep,
  escalationSteps,
  lateMinutes,
  minutesWords,
  nextStep,
  wakeTime,
} from './escalation';

const MIN = 60_000;
const T0 = Date.UTC(2026, 10, 1);
const STEPS: EscalationStep[] = [
  { afterMin: 15, while: 'unacknowledged', to: [{ role: 'operator' }] },
  { afterMin: 30, while: 'unacknowledged', to: [{ role: 'engineer' }] },
  { afterMin: 240, while: 'unclosed', to: [{ person: 'boss@fab.example' }] },
];
const clock = (over: Partial<AlertClock> = {}): AlertClock => ({
  state: 'open',
  clockFrom: T0,
  stepsDone: 0,
  snoozedUntil: null,
  waitingUntil: null,
  ...over,
});

test('steps come in their order; those for an unacknowledged alert are passed over once somebody has it', () => {
  expect([0, 1, 2, 3].map((stepsDone) => nextStep(STEPS, clock({ stepsDone }))?.index ?? null)).toEqual([0, 1, 2, null]);
  expect(nextStep(STEPS, clock({ stepsDone: 1 }))?.at).toBe(T0 + 30 * MIN);
  for (const state of ['acknowledged', 'in_work', 'waiting'] as const)
    expect(nextStep(STEPS, clock({ state }))).toMatchObject({ index: 2, at: T0 + 240 * MIN });
  expect(nextStep(STEPS, clock({ clockFrom: null }))).toBeNull();
});

test('a snoozed alert wakes at the end of its snooze alone, a waiting one at whichever comes first, a settled one never', () => {
  expect(wakeTime(STEPS, clock({ snoozedUntil: T0 + 500 * MIN }))).toBe(T0 + 500 * MIN);
  expect(wakeTime(STEPS, clock({ state: 'waiting', waitingUntil: T0 + 60 * MIN }))).toBe(T0 + 60 * MIN);
  expect(wakeTime(STEPS, clock({ state: 'waiting', waitingUntil: T0 + 600 * MIN }))).toBe(T0 + 240 * MIN);
  expect(wakeTime([], clock())).toBeNull();
  for (const state of ['closed', 'verified'] as const) expect(wakeTime(STEPS, clock({ state }))).toBeNull();
});

test('late is said from two minutes on', () => {
  expect([0, 1.9, 2, 180].map((m) => lateMinutes(T0, T0 + m * MIN))).toEqual([0, 0, 2, 180]);
  expect(lateMinutes(T0, T0 - 60 * MIN)).toBe(0);
  expect([45, 120, 2880].map(minutesWords)).toEqual(['45 min', '2 h', '2 d']);
});

test('steps out of order, and steps that tell nobody, are no policy', () => {
  expect(escalationSteps.safeParse(STEPS).success).toBe(true);
  expect(escalationSteps.safeParse([...STEPS].reverse()).success).toBe(false);
  expect(escalationSteps.safeParse([{ ...STEPS[0]!, to: [] }]).success).toBe(false);
});
