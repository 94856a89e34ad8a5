import { expect, test } from 'vitest';
import { eventStream, type StreamEvent, type StreamSource } from './event-stream';

const LIMITS = { perUser: 2, bufferBytes: 500, stuckMs: 100, beatMs: 30, trustMs: 0 };

function source(user: string, over: Partial<StreamSource> = {}) {
  let say: (events: readonly StreamEvent[]) => void = () => {};
  let subscribed = 0;
  const s: StreamSource = {
    user,
    subscribe: (on) => {
      say = on;
      subscribed++;
      return () => {
        subscribed--;
      };
    },
    replay: async () => [],
    allowed: async () => true,
    ...over,
  };
  return { s, say: (id: number, text = 'x') => say([{ id, data: { text } }]), subscribed: () => subscribed };
}

/** Reads until `done` holds or the stream ends; returns the text. */
async function read(
  stream: ReadableStream<Uint8Array>,
  done: (text: string) => boolean,
): Promise<{ text: string; ended: boolean }> {
  const reader = stream.getReader();
  let text = '';
  for (;;) {
    const { value, done: ended } = await reader.read();
    if (ended) return { text, ended: true };
    text += new TextDecoder().decode(value);
    if (done(text)) {
      reader.releaseLock();
      return { text, ended: false };
    }
  }
}

test('events come in order, after what was missed', async () => {
  const { s, say } = source('a', { replay: async () => [{ id: 1, data: {} }] });
  const hungUp = new AbortController();
  const stream = eventStream(s, hungUp.signal, { ...LIMITS, bufferBytes: 10_000 });
  await new Promise((r) => setTimeout(r, 5));
  say(2);
  say(3);
  const { text } = await read(stream, (t) => t.includes('id: 3'));
  expect([...text.matchAll(/^id: (\d+)/gm)].map((m) => m[1])).toEqual(['1', '2', '3']);
  hungUp.abort();
});

test('the stream ends with its session: nothing is delivered afterwards', async () => {
  let isSignedIn = true;
  const { s, say, subscribed } = source('b', { allowed: async () => isSignedIn });
  const stream = eventStream(s, new AbortController().signal, LIMITS);
  say(1);
  await read(stream, (t) => t.includes('id: 1'));
  isSignedIn = false;
  say(2);
  const { text, ended } = await read(stream, () => false);
  expect(ended).toBe(true);
  expect(text).not.toContain('id: 2');
  expect(subscribed()).toBe(0);
});

test('an idle stream ends with its session too, at a beat', async () => {
  const { s, subscribed } = source('c', { allowed: async () => false });
  const { ended } = await read(eventStream(s, new AbortController().signal, LIMITS), () => false);
  expect(ended).toBe(true);
  expect(subscribed()).toBe(0);
});

test('one person has so many streams at a time, others have theirs', () => {
  const hungUp = new AbortController();
  const open = (user: string) => eventStream(source(user).s, hungUp.signal, LIMITS);
  open('d');
  open('d');
  expect(() => open('d')).toThrow(/are open already/);
  expect(() => open('e')).not.toThrow();
  hungUp.abort();
  expect(() => open('d')).not.toThrow();
});

test('what a slow reader cannot take is left out, and it is told to read anew; one that takes nothing at all is let go', async () => {
  const { s, say, subscribed } = source('f');
  const stream = eventStream(s, new AbortController().signal, { ...LIMITS, stuckMs: 10_000 });
  for (let id = 1; id <= 500; id++) say(id, 'y'.repeat(80));
  await new Promise((r) => setTimeout(r, 20));
  const first = await read(stream, (t) => (t.match(/^id: /gm) ?? []).length >= 2);
  expect(first.text.length).toBeLessThan(2_000);
  await new Promise((r) => setTimeout(r, 20));
  say(501);
  const { text } = await read(stream, (t) => t.includes('id: 501'));
  expect(text).toContain('event: resync');
  expect(text).not.toContain('id: 400');

  const stuck = source('g');
  eventStream(stuck.s, new AbortController().signal, LIMITS);
  for (let id = 1; id <= 50; id++) stuck.say(id, 'y'.repeat(80));
  await expect.poll(() => stuck.subscribed()).toBe(0);
  expect(subscribed()).toBe(1);
});
