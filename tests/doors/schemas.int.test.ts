import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { jsonSchemaOf } from '@/lib/formats/json-schema';
import { EXAMPLES } from '@/lib/formats/openapi-examples';
import {
  adviceIn,
  countIn,
  eventIn,
  lotIn,
  measurementIn,
  overlayMeasurementIn,
  runIn,
  spectrumIn,
  truthIn,
} from '@/lib/formats/wire';
import { type Door, lotRecord, measurementRecord, openDoor, overlayRecord, runRecord } from '../support/door';
import { fieldsOf, type Json, leaves, ODD_NUMBERS, ODD_TEXTS, type Path, withValue } from '../support/odd-values';

/**
 * Every text of every record by every odd text, and every number by every odd number, through the door. What is tried is made from the schemas:
 * a new field that has no sample here fails the first test, so that none can be forgotten.
 */
const general = (path: Path, records: readonly string[]) =>
  path.map((p, i) => (typeof p === 'number' || records.includes(path.slice(0, i).join('.')) ? '*' : p)).join('.');

const run = runRecord('S', 1);
const f32 = { f32: Buffer.from(Float32Array.from([0, 1]).buffer).toString('base64') };
const fault = {
  kind: 'fault',
  key: 'f',
  faultType: 'drift',
  tool: 'CVD-01',
  chamber: 'A',
  operation: 'CVD-OXIDE',
  from: '2026-09-01T00:00:00Z',
  to: '2026-09-02T00:00:00Z',
  description: 'd',
  runKeys: ['r'],
};
const spectrum = { ...EXAMPLES.spectra, lot: 'S', wafer: 1, operation: 'ALD-HFO2', runKey: 'r', x: [0, 100], y: [0, 0] };
const channels = EXAMPLES.spectra.channels.map((c) => ({ ...c, sigma: c.values.map(() => 0.1) }));

/** Samples that have, together, every field of the kind. */
const SAMPLES: Readonly<Record<string, { schema: z.ZodType; samples: readonly object[]; records?: readonly string[] }>> = {
  lots: { schema: lotIn, samples: [lotRecord('S-new')] },
  runs: {
    schema: runIn,
    samples: [
      {
        ...run,
        adviceId: '3f0f1c2e-8f0a-4f7e-9a53-0d2a7e6f3b11',
        trace: { t: [0, 1], steps: [{ name: 's', start: 0, end: 1 }], sensors: [{ name: 'p', unit: 'Pa', values: [1, null] }] },
      },
      { ...run, trace: { t: f32, steps: [], sensors: [{ name: 'p', unit: 'Pa', values: f32 }] } },
    ],
    records: ['setpoints'],
  },
  measurements: {
    schema: measurementIn,
    samples: [
      measurementRecord('S', 1, { u: Array(25).fill(0.1), uCommon: Array(25).fill(0.05), runKey: 'later', revises: 'S-first' }),
    ],
  },
  'overlay-measurements': {
    schema: overlayMeasurementIn,
    samples: [overlayRecord('S', 1, { u: Array(36).fill(0.1), runKey: 'later' })],
  },
  spectra: {
    schema: spectrumIn,
    samples: [
      { ...spectrum, channels },
      { ...spectrum, axis: { kind: 'q', perA: [0.1, 0.2, 0.3] } },
      { ...spectrum, axis: { kind: 'qxqz', qxPerNm: [0.1, 0.2], qzPerNm: [0.1, 0.2] } },
      { ...spectrum, channels: [{ name: 'psi 70', values: f32, sigma: f32 }] },
    ],
  },
  counts: {
    schema: countIn,
    samples: [{ ...EXAMPLES.counts, tool: 'CMP-01', chamber: 'H1', runKey: 'later', revises: 'S-first' }],
  },
  events: { schema: eventIn, samples: [EXAMPLES.events] },
  truth: { schema: truthIn, samples: [fault, EXAMPLES.truth] },
};

let door: Door;
beforeAll(async () => {
  door = await openDoor();
  await door.lot('S');
  const made = await door.post('measurements', [measurementRecord('S', 1, { key: 'S-first' })]);
  expect(made.body.accepted).toBe(1);
});
afterAll(() => door.close());

test('the samples have every field of every kind', () => {
  for (const [kind, { schema, samples, records = [] }] of Object.entries(SAMPLES)) {
    for (const s of samples) expect(schema.safeParse(s).error?.issues, kind).toBeUndefined();
    const have = new Set(samples.flatMap((s) => leaves(s as Json).map((l) => general(l.path, records))));
    const fields = fieldsOf(jsonSchemaOf(schema)).filter((f) => !['kind', 'axis.kind'].includes(f));
    expect(
      fields.filter((f) => !have.has(f)),
      kind,
    ).toEqual([]);
  }
});

let n = 0;
/** All odd values of a field in one batch with a good record: the good one is kept, none of the others may be a fault of ours. */
async function tryField(kind: string, sample: object, path: Path, odd: readonly Json[]): Promise<void> {
  const good = { ...EXAMPLES.events, key: `good-${++n}` };
  const isEvents = kind === 'events';
  const records = odd.map((v, i) => {
    const made = withValue(sample as Json, path, v) as Record<string, Json>;
    return path[0] === 'key' ? made : { ...made, key: `odd-${n}-${i}` };
  });
  const answer = await door.post(kind, isEvents ? [...records, good] : records);
  const say = `${kind} ${path.join('.')}: ${JSON.stringify(answer.body).slice(0, 400)}`;
  expect([200, 207, 422], say).toContain(answer.status);
  expect(answer.retryAfter, say).toBeNull();
  expect(
    answer.body.results.map((r) => r.index),
    say,
  ).toEqual((isEvents ? [...records, good] : records).map((_, i) => i));
  for (const r of answer.body.results) if (r.status === 'rejected') expect(r.issues!.length, say).toBeGreaterThan(0);
  if (isEvents) expect(answer.body.results.at(-1)!.status, say).toBe('accepted');
}

describe.each(Object.keys(SAMPLES))('%s', (kind) => {
  const { samples, records = [] } = SAMPLES[kind]!;
  const seen = new Set<string>();
  const fields = samples.flatMap((sample) =>
    leaves(sample as Json).flatMap(({ path, kind: what }) => {
      const at = `${general(path, records)} ${what}`;
      if (seen.has(at)) return [];
      seen.add(at);
      return [{ sample, path, what, at }];
    }),
  );
  test.each(fields)('$at by every odd one', async ({ sample, path, what }) => {
    await tryField(kind, sample, path, what === 'text' ? ODD_TEXTS : ODD_NUMBERS);
  });
  test('a value of another type, or a field too many', async () => {
    for (const { sample, path } of fields) await tryField(kind, sample, path, [null, true, [], {}, [[]], { a: 1 }]);
    await tryField(kind, { ...samples[0], more: 'x' }, ['more'], ['x', 1, null]);
  });
});

test.each(['a\u0000b', '\ud800'])('one record with %j does not fail its batch, and its index and field are said', async (odd) => {
  const records = [1, 2, 3].map((s) =>
    measurementRecord('S', s, { key: `batch-${odd.length}-${s}`, ...(s === 2 ? { plan: odd } : {}) }),
  );
  const answer = await door.post('measurements', records);
  expect(answer).toMatchObject({ status: 207, body: { accepted: 2, rejected: 1 } });
  expect(answer.body.results[1]).toMatchObject({ index: 1, status: 'rejected', issues: [{ path: 'plan' }] });
});

test('advice by every odd text', async () => {
  expect(adviceIn.safeParse(EXAMPLES.advice).success).toBe(true);
  for (const { path, kind } of leaves(EXAMPLES.advice as unknown as Json))
    for (const odd of kind === 'text' ? ODD_TEXTS : ODD_NUMBERS) {
      const answer = await door.post('advice', withValue(EXAMPLES.advice as unknown as Json, path, odd));
      expect(answer.status, `${path.join('.')} ${JSON.stringify(odd)}`).toBeLessThan(500);
      expect(answer.retryAfter).toBeNull();
    }
});
