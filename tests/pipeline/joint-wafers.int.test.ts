import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { as } from '../support/as';
import { type Door, measurementRecord, openDoor, runRecord } from '../support/door';
import { chartTitled, expectAsWhole, pointsOf } from '../support/joint';
import { doAllWork } from '../support/work';

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 8, 1);
const ana = as('ana', { now: T0 + 60 * 24 * HOUR });
const iso = (ms: number): string => new Date(ms).toISOString();
const rng = createRng(5);
let door: Door;

beforeAll(async () => {
  door = await openDoor();
}, 120_000);
afterAll(() => door.close());

const PARAMETERS = ['m1_cd', 'm1_swa', 'm1_height'] as const;
const UNITS = { m1_cd: 'nm', m1_swa: 'deg', m1_height: 'nm' };
const LEVELS = { m1_cd: 33, m1_swa: 87.5, m1_height: 120 };
const FIVE = { plan: 'P5', x: [0, 100, -100, 0, 0], y: [0, 0, 0, 100, -100] };
const etched = (i: number) =>
  runRecord('W1', i, {
    key: `etch-${i}`,
    tool: 'ETC-01',
    layer: 'M1',
    operation: 'ETCH-M1',
    recipe: { name: 'ETCH-M1.KITE-45', version: 1 },
    startedAt: iso(T0 + 2 * i * HOUR),
    endedAt: iso(T0 + 2 * i * HOUR + 60_000),
    setpoints: {},
  });
const measured = (i: number, parameter: (typeof PARAMETERS)[number], mean: number, over: object = {}) =>
  measurementRecord('W1', i, {
    key: `${parameter}-${i}`,
    runKey: `etch-${i}`,
    station: 'OCD-01',
    layer: 'M1',
    operation: 'ETCH-M1',
    parameter,
    unit: UNITS[parameter],
    ...FIVE,
    measuredAt: iso(T0 + 2 * i * HOUR + HOUR / 2),
    value: [mean, mean + 0.1, mean - 0.1, mean, mean],
    ...over,
  });
const sendMeasured = async (records: readonly object[]) => {
  const { body } = await door.post('measurements', records);
  expect(body, JSON.stringify(body).slice(0, 800)).toMatchObject({ accepted: records.length });
  await doAllWork();
};

test('a wafer waits for its last parameter, whichever that is, and a correction is judged again', async () => {
  await door.lot('W1');
  await saveTemplate(ana, {
    template: null,
    seen: 0,
    name: 'Profile',
    reason: 'three numbers of one profile',
    content: {
      where: { operation: ['ETCH-M1'] },
      splitBy: ['tool', 'chamber'],
      kind: 't2',
      variables: PARAMETERS.map((parameter) => ({ characteristic: 'measurement.mean', parameter })),
      rules: [1],
      alerting: false,
      title: 'profile · {where}',
    },
  });
  expect(
    (
      await door.post(
        'runs',
        Array.from({ length: 25 }, (_, i) => etched(i + 1)),
      )
    ).body,
  ).toMatchObject({ accepted: 25 });
  const values = (i: number) => {
    const common = rng.normal();
    return PARAMETERS.map((p) => measured(i, p, LEVELS[p] + 0.3 * common + 0.2 * rng.normal()));
  };
  await sendMeasured(Array.from({ length: 20 }, (_, i) => values(i + 1)).flat());
  const chart = await chartTitled('profile');
  const [a, b, c] = values(25);
  await sendMeasured([c!]);
  const last = async () => (await pointsOf(chart.id)).at(-1)!;
  expect(await last()).toMatchObject({ value: 1, unjudged: 'not known: m1_cd mean, m1_swa mean' });
  await sendMeasured([a!]);
  expect(await last()).toMatchObject({ value: 2, unjudged: 'not known: m1_swa mean' });
  await sendMeasured([b!]);
  expect(await last()).toMatchObject({ value: 3, unjudged: null });
  const before = (await last()).plotted!;
  const again = measured(25, 'm1_swa', 90, { key: 'again', measuredAt: iso(T0 + 53 * HOUR) });
  await sendMeasured([again]);
  expect((await last()).plotted, 'a wafer that is measured again keeps what was measured first').toBe(before);
  await sendMeasured([{ ...measured(25, 'm1_cd', 44, { key: 'corrected', revises: 'm1_cd-25' }) }]);
  const corrected = await last();
  expect(corrected.vector[0]).toBeCloseTo(44, 9);
  expect(corrected.plotted).toBeGreaterThan(before);
  await expectAsWhole(await chartTitled('profile'));
}, 60_000);
