import { expect, test } from 'vitest';
import { dutiesBetween, type Override, onCallAt, type RotaSpec, rotaSpec, turnOf } from './rota';

const at = (iso: string): number => Date.parse(iso);
const H = 3_600_000;

const shift = (name: string, from: string, to: string, members: string[], over: object = {}) => ({
  name,
  days: [],
  from,
  to,
  members,
  turnDays: 1,
  startsOn: '2026-01-05',
  ...over,
});
/** A week a person, handed over on Mondays at 07:00 in Berlin. */
const WEEKLY: RotaSpec = {
  zone: 'Europe/Berlin',
  shifts: [shift('week', '07:00', '07:00', ['a@x', 'b@x', 'c@x'], { turnDays: 7 })],
};
/** Three shifts a day. */
const THREE: RotaSpec = {
  zone: 'Europe/Berlin',
  shifts: [
    shift('early', '06:00', '14:00', ['e@x']),
    shift('late', '14:00', '22:00', ['l@x']),
    shift('night', '22:00', '06:00', ['n1@x', 'n2@x']),
  ],
};
const on = (spec: RotaSpec, iso: string, overrides: Override[] = []) =>
  onCallAt(spec, overrides, at(iso)).now.map((d) => d.person);

test('a weekly rota: turns of seven days, handed over by the clock on the wall', () => {
  expect(on(WEEKLY, '2026-01-05T05:59Z')).toEqual([]); // 06:59 in Berlin: the first turn has not begun
  expect(on(WEEKLY, '2026-01-05T06:00Z')).toEqual(['a@x']);
  expect(on(WEEKLY, '2026-01-12T05:59Z')).toEqual(['a@x']);
  expect(on(WEEKLY, '2026-01-12T06:00Z')).toEqual(['b@x']);
  // In summer 07:00 is an hour earlier.
  expect(on(WEEKLY, '2026-06-29T04:59Z')).toEqual(['a@x']);
  expect(on(WEEKLY, '2026-06-29T05:00Z')).toEqual(['b@x']);
  const { now, next } = onCallAt(WEEKLY, [], at('2026-01-14T12:00Z'));
  expect(now).toEqual([{ shift: 'week', person: 'b@x', planned: 'b@x', from: expect.any(Number), to: at('2026-01-19T06:00Z') }]);
  expect(next).toMatchObject([{ person: 'c@x', from: at('2026-01-19T06:00Z') }]);
});

test('shifts follow each other without a gap, also in the nights in which clocks are set', () => {
  for (const [from, to] of [
    ['2026-03-28T00:00Z', '2026-03-31T00:00Z'],
    ['2026-10-24T00:00Z', '2026-10-27T00:00Z'],
  ] as const) {
    const duties = dutiesBetween(THREE, [], at(from), at(to));
    for (const [i, d] of duties.slice(1).entries()) expect(d.from).toBe(duties[i]!.to);
    for (let t = at(from); t < at(to); t += H / 4) expect(onCallAt(THREE, [], t).now).toHaveLength(1);
  }
  const lengths = (from: string, to: string) =>
    dutiesBetween(THREE, [], at(from), at(to))
      .filter((d) => d.shift === 'night')
      .map((d) => (d.to - d.from) / H);
  expect(lengths('2026-03-28T20:00Z', '2026-03-29T20:30Z')).toEqual([7, 8]);
  expect(lengths('2026-10-24T20:00Z', '2026-10-25T21:30Z')).toEqual([9, 8]);
});

test('a handover at a time that is skipped, or shown twice, happens once', () => {
  const odd: RotaSpec = {
    zone: 'Europe/Berlin',
    shifts: [shift('a', '02:30', '14:30', ['a@x']), shift('b', '14:30', '02:30', ['b@x'])],
  };
  expect(dutiesBetween(odd, [], at('2026-03-29T00:00Z'), at('2026-03-29T11:00Z')).map((d) => [d.shift, d.to])).toEqual([
    ['b', at('2026-03-29T01:30Z')],
    ['a', at('2026-03-29T12:30Z')],
  ]);
  expect(dutiesBetween(odd, [], at('2026-10-25T00:00Z'), at('2026-10-25T11:00Z')).map((d) => [d.shift, d.to])).toEqual([
    ['b', at('2026-10-25T00:30Z')],
    ['a', at('2026-10-25T13:30Z')],
  ]);
});

test('overrides: a swap, a holiday that leaves the place empty, and one that goes on from another', () => {
  const swap: Override = {
    id: 1,
    shift: null,
    from: at('2026-01-13T06:00Z'),
    to: at('2026-01-14T06:00Z'),
    insteadOf: 'b@x',
    person: 'c@x',
  };
  expect(on(WEEKLY, '2026-01-13T06:00Z', [swap])).toEqual(['c@x']);
  expect(on(WEEKLY, '2026-01-14T06:00Z', [swap])).toEqual(['b@x']);
  const onward: Override = { ...swap, id: 2, insteadOf: 'c@x', person: 'd@x', from: at('2026-01-13T12:00Z') };
  expect(dutiesBetween(WEEKLY, [swap, onward], at('2026-01-13T00:00Z'), at('2026-01-15T00:00Z')).map((d) => d.person)).toEqual([
    'b@x',
    'c@x',
    'd@x',
    'b@x',
  ]);
  const holiday: Override = { ...swap, insteadOf: null, person: null };
  expect(on(WEEKLY, '2026-01-13T12:00Z', [holiday])).toEqual([null]);
  expect(on(THREE, '2026-01-13T12:00Z', [{ ...swap, shift: 'late', insteadOf: null }])).toEqual(['e@x']);
  expect(onCallAt(WEEKLY, [swap], at('2026-01-12T12:00Z')).next[0]).toMatchObject({ person: 'c@x', planned: 'b@x' });
});

test('weekends of their own, and turns that repeat', () => {
  const s = shift('weekend', '08:00', '20:00', ['x@x', 'y@x'], { days: [6, 7], turnDays: 7 });
  const spec: RotaSpec = { zone: 'UTC', shifts: [s] };
  expect(on(spec, '2026-01-09T12:00Z')).toEqual([]);
  expect(on(spec, '2026-01-10T12:00Z')).toEqual(['x@x']);
  expect(on(spec, '2026-01-17T12:00Z')).toEqual(['y@x']);
  expect(turnOf(s, '2026-01-04')).toBeNull();
  expect(turnOf(s, '2026-01-19')).toBe('x@x');
});

test('what is no rota is refused in words', () => {
  const parse = (v: unknown) => rotaSpec.safeParse(v).error?.issues[0]?.message;
  expect(parse(WEEKLY)).toBeUndefined();
  expect(parse({ ...WEEKLY, zone: 'Berlin' })).toMatch(/no time zone/);
  expect(parse({ ...WEEKLY, shifts: [{ ...WEEKLY.shifts[0], from: '7:00' }] })).toMatch(/time of day such as 06:30/);
  expect(parse({ ...WEEKLY, shifts: [{ ...WEEKLY.shifts[0], members: [] }] })).toMatch(/name somebody/);
  expect(parse({ ...THREE, shifts: [THREE.shifts[0], THREE.shifts[0]] })).toMatch(/same name/);
});
