import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, sql } from '@/lib/db';
import { INGEST_KINDS, ingestBatch } from '@/lib/services/ingest';
import { NOW, uploadDatabase } from '../support/wafer-file';

let database: Awaited<ReturnType<typeof uploadDatabase>>;
beforeAll(async () => {
  database = await uploadDatabase();
});
afterAll(async () => {
  await closePool();
  await database.drop();
});

const event = (key: string, description: string) => ({
  key,
  tool: 'CVD-01',
  chamber: 'A',
  kind: 'pm',
  at: '2026-12-01T00:00:00Z',
  description,
});

const send = (records: readonly ReturnType<typeof event>[], mode: 'partial' | 'atomic') => {
  async function* all() {
    for (const value of records) yield { value, bytes: 100 };
  }
  return ingestBatch(INGEST_KINDS.events, 'racer', all(), mode, NOW);
};

test.each(['partial', 'atomic'] as const)(
  '%s: of requests that race with one key one is kept, equal ones are repeats, others conflicts',
  async (mode) => {
    for (let round = 0; round < 6; round++) {
      const key = `${mode} ${round}`;
      const answers = await Promise.all(['a', 'b', 'b', 'c'].map((text) => send([event(key, text)], mode)));
      const kept = (
        await db().rows<{ description: string }>(sql`SELECT description FROM equipment_event WHERE key = ${key}`)
      ).map((r) => r.description);
      expect(kept).toHaveLength(1);
      const status = answers.map((a) => a.results[0]!.status);
      expect(status.filter((s) => s === 'accepted')).toHaveLength(1);
      for (const [i, text] of ['a', 'b', 'b', 'c'].entries())
        expect([text, status[i]]).toEqual([text, text === kept[0] ? expect.stringMatching(/accepted|repeated/) : 'rejected']);
      const refused = answers.flatMap((a) => a.results[0]!.issues ?? []);
      expect(refused.every((i) => i.code === 'conflict' && i.path === 'key')).toBe(true);
    }
  },
);
