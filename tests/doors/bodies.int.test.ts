import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, pool, sql } from '@/lib/db';
import { type ByteLimits, Holding, small, wholeBody } from '@/lib/http/bytes';
import { RECORD_LIMITS } from '@/lib/http/json-text';
import { BOMBS } from '../../bench/lib/bombs.mjs';
import { type Door, measurementRecord, openDoor } from '../support/door';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
  await door.lot('B');
});
afterAll(() => door.close());

const GZIP = { 'content-encoding': 'gzip' };
const NDJSON = { 'content-type': 'application/x-ndjson' };
/** Every door that takes a body, with a body of its kind that must not be kept. */
const DOORS = [
  ['measurements', 'POST'],
  ['measurements?mode=atomic', 'POST'],
  ['runs', 'POST'],
  ['lots?mode=atomic', 'POST'],
  ['advice', 'POST'],
  ['fab', 'PUT'],
  ['compute/spc/constants', 'POST'],
] as const;

const noConnectionIsHeld = async () => {
  await expect.poll(() => pool().totalCount - pool().idleCount).toBe(0);
  const open = await db().rows(
    sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
  );
  expect(open).toEqual([]);
};

/** The most values in a text that is parsed in one go while `work` runs, by its separators: that is what others wait for. */
async function largestParse<T>(work: () => Promise<T>): Promise<{ values: number; result: T }> {
  const parse = JSON.parse;
  let values = 0;
  JSON.parse = (text: string, ...more: []) => {
    let n = 1;
    for (let i = 0; i < text.length; i++) if (text[i] === ',' || text[i] === ':') n++;
    values = Math.max(values, n);
    return parse(text, ...more);
  };
  try {
    const result = await work();
    return { result, values };
  } finally {
    JSON.parse = parse;
  }
}

test.each(DOORS)(
  'a gzip that is cut short is answered at %s, wherever the cut is',
  async (path, method) => {
    const whole = gzipSync(JSON.stringify([measurementRecord('B', 1), measurementRecord('B', 2)]));
    const cuts = [0, 1, 2, 5, 9, 10, 11, 20, 40, whole.length - 9, whole.length - 4, whole.length - 1];
    for (const at of cuts) {
      const answer = await door.send(path, whole.subarray(0, at), GZIP, method);
      expect(answer.status, `cut at ${at}: ${JSON.stringify(answer.body)}`).toBe(422);
      expect(answer.retryAfter).toBeNull();
    }
    await noConnectionIsHeld();
  },
  60_000,
);

test('many cut ones at once leave the site as it was', async () => {
  const cut = gzipSync(JSON.stringify([measurementRecord('B', 1)])).subarray(0, 40);
  const answers = await Promise.all(Array.from({ length: 40 }, () => door.send('measurements?mode=atomic', cut, GZIP)));
  expect(new Set(answers.map((a) => a.status))).toEqual(new Set([422]));
  expect((await door.post('measurements', [measurementRecord('B', 3)])).status).toBe(200);
});

/** A request whose body is sent in pieces by `write`; what it was answered, or null when the line was cut. */
function dribble(
  path: string,
  headers: Record<string, string>,
  write: (send: (text: string | Buffer) => void, end: () => void, cut: () => void) => void,
) {
  return new Promise<{ status: number; body: string } | null>((resolve) => {
    const req = request(`${door.url}/api/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${door.key}`, 'content-type': 'application/json', ...headers },
    });
    req.on('response', (res) => {
      let body = '';
      res.on('data', (d) => {
        body += String(d);
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body }));
      res.on('error', () => resolve(null));
    });
    req.on('error', () => resolve(null));
    write(
      (text) => req.write(text),
      () => req.end(),
      () => req.destroy(),
    );
  });
}

test('senders that hang up, or send nothing more, hold no connection and no transaction', async () => {
  const text = JSON.stringify([measurementRecord('B', 4)]);
  const gone = Array.from({ length: 20 }, () =>
    dribble('measurements?mode=atomic', {}, (send, _end, cut) => {
      send(text.slice(0, 200));
      setTimeout(cut, 50);
    }),
  );
  const silent = Array.from({ length: 20 }, () =>
    dribble('measurements?mode=atomic', NDJSON, (send) => send(`${text.slice(1, -1)}\n{"key":`)),
  );
  let givenUp = 0;
  for (const s of silent) void s.then(() => givenUp++);
  expect((await door.post('measurements', [measurementRecord('B', 5)])).status).toBe(200);
  await noConnectionIsHeld();
  expect(givenUp).toBe(0); // the silent ones are still waited for, and stand in nobody's way
  expect(await Promise.all(gone)).toEqual(Array(20).fill(null));
  const answers = await Promise.all(silent);
  expect(answers.map((a) => a?.status)).toEqual(Array(20).fill(422));
  expect(answers[0]!.body).toContain('time_limit');
  expect((await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM measurement WHERE lot = 'B' AND slot = 4`))!.n).toBe(
    0,
  );
}, 60_000);

test('a body that never stalls but never comes either has a time limit of its own', { timeout: 30_000 }, async () => {
  const limits: ByteLimits = { ...small(1000), stallMs: 200, waitMs: 400, slowestBytesPerS: 1000 };
  let stop = false;
  const drops = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (!stop) controller.enqueue(new Uint8Array(1));
    },
    cancel: () => {
      stop = true;
    },
  });
  const req = new Request('http://x/', { method: 'POST', body: drops, duplex: 'half' } as RequestInit);
  await expect(wholeBody(req, limits, new Holding())).rejects.toMatchObject({ code: 'time_limit' });
  await expect.poll(() => stop, { timeout: 15_000 }).toBe(true);
});

test.each(BOMBS)(
  'a small gzip of very many %s is refused early, and nobody waits for it',
  async (_, headers, make) => {
    const zipped = gzipSync(make(), { level: 1 });
    expect(zipped.length).toBeLessThan(4_000_000);
    const { values, result: answer } = await largestParse(async () => {
      const res = await fetch(`${door.url}/api/v1/measurements`, {
        method: 'POST',
        headers: { authorization: `Bearer ${door.key}`, 'content-type': 'application/json', ...headers, ...GZIP },
        body: new Uint8Array(zipped),
      });
      return { status: res.status, text: await res.text() }; // parsed by nobody here
    });
    expect([413, 422]).toContain(answer.status);
    expect(answer.text).toMatch(/more than|deeper|exceeds|at most|cut short/);
    expect(values).toBeLessThanOrEqual(RECORD_LIMITS.values);
  },
  60_000,
);

test.each([
  ['advice', 'POST'],
  ['fab', 'PUT'],
  ['compute/spc/constants', 'POST'],
  ['measurements', 'POST'],
] as const)(
  '%s counts the bytes of chunked and of unzipped bodies',
  async (path, method) => {
    const endless = () => {
      let left = 700;
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left-- > 0) controller.enqueue(Buffer.alloc(2 ** 20, ' '));
          else controller.close();
        },
      });
    };
    const answer = await door.send(path, endless(), {}, method).catch((e: Error) => e);
    // The door may close the line on a sender that goes on and on; a sender that listens gets 413.
    if (!(answer instanceof Error)) expect(answer.status).toBe(413);
    const zipped = await door.send(path, gzipSync(Buffer.alloc(200 * 2 ** 20, ' ')), GZIP, method);
    expect(zipped).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  },
  60_000,
);

test('nine bombs at once leave the process small', async () => {
  const zipped = gzipSync(Buffer.from(`[${'[],'.repeat(21_000_000)}[]]`), { level: 1 });
  const before = process.memoryUsage.rss();
  const answers = await Promise.all(Array.from({ length: 9 }, () => door.send('measurements', zipped, GZIP)));
  for (const a of answers) expect([413, 422, 429]).toContain(a.status);
  expect(process.memoryUsage.rss() - before).toBeLessThan(900 * 2 ** 20);
}, 60_000);

test('a batch that breaks off after chunks were kept says which', async () => {
  const line = (i: number) =>
    JSON.stringify({ key: `e${i}`, tool: 'CVD-01', kind: 'pm', at: '2026-09-01T00:00:00Z', description: 'x' });
  const many = Array.from({ length: 10_001 }, (_, i) => line(i)).join('\n');
  const answer = await door.send('events', many, NDJSON);
  expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large', details: { accepted: 10_000, rejected: 0 } } });
  expect((answer.body.details!['results'] as { status: string }[]).filter((r) => r.status === 'accepted')).toHaveLength(10_000);
  expect(answer.body.detail).toContain('10000 accepted');
  const json = await door.send('events', `[${many.replaceAll('"e', '"f').split('\n').join(',')}]`);
  expect(json).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  const { n } = (await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM equipment_event WHERE key LIKE 'f%'`))!;
  expect(n).toBe(0);
}, 60_000);

test('text is UTF-8 or refused, a byte order mark at the start is skipped in either form', async () => {
  const text = JSON.stringify(measurementRecord('B', 6));
  const broken = Buffer.from(text.replace('P25', 'PX5'));
  broken[broken.indexOf('PX5') + 1] = 0xff;
  expect(await door.send('measurements', broken)).toMatchObject({
    status: 422,
    body: { detail: expect.stringContaining('UTF-8') },
  });
  const lines = await door.send(
    'measurements',
    Buffer.concat([broken, Buffer.from(`\n${JSON.stringify(measurementRecord('B', 7))}\n`)]),
    NDJSON,
  );
  expect(lines).toMatchObject({ status: 207, body: { accepted: 1, rejected: 1 } });
  const bom = Buffer.from([0xef, 0xbb, 0xbf]);
  expect((await door.send('measurements', Buffer.concat([bom, Buffer.from(text)]))).status).toBe(200);
  expect(
    (await door.send('measurements', Buffer.concat([bom, Buffer.from(`${JSON.stringify(measurementRecord('B', 8))}\n`)]), NDJSON))
      .status,
  ).toBe(200);
  expect(
    (await door.send('measurements', Buffer.concat([Buffer.from(`${text}\n`), bom, Buffer.from(`${text}\n`)]), NDJSON)).status,
  ).toBe(207);
});

test.each<[string, string]>([
  ['a comma too many', '[{"key":"x"},]'],
  ['no comma', '[{"key":"x"} {"key":"y"}]'],
  ['text after the end', '[{"key":"x"}] x'],
  ['a bracket too few', '[{"key":"x"}'],
  ['brackets that do not match', '[{"key":"x"]}'],
  ['records twice', '{"records":[],"records":[]}'],
  ['records that are none', '{"records":{}}'],
  ['an unknown field beside', '{"records":[],"more":1}'],
  ['a mode that is none', '{"records":[],"mode":"all"}'],
  ['an empty list', '[]'],
  ['nothing', ' '],
  ['a string', '"x"'],
])('a JSON body with %s is refused', async (_, body) => {
  expect((await door.send('events', body)).status).toBe(422);
});

test('records keep their strings whatever they hold', async () => {
  const description = 'a , ] } [ { : " \\ \\" \u2028 and \\u0041 é 𝛼';
  const answer = await door.post('events', {
    mode: 'atomic',
    records: [{ key: 'odd', tool: 'CVD-01', kind: 'pm', at: '2026-09-01T00:00:00Z', description }],
  });
  expect(answer.status).toBe(200);
  expect(
    (await db().one<{ description: string }>(sql`SELECT description FROM equipment_event WHERE key = 'odd'`))!.description,
  ).toBe(description);
});
