import { afterEach, expect, test, vi } from 'vitest';
import { joined, Turns } from '@/lib/formats/turns';
import { checkSize, members, STEP_BYTES } from './json-text';

/** Whatever a text holds, other work gets its turn after every slice: as many turns as slices. */
const pause = vi.spyOn(Turns.prototype, 'pause');
afterEach(() => pause.mockClear());

const NO_LIMITS = { depth: 1e9, values: 1e9, containers: 1e9 };
const SLICES = 12;
const filled = (unit: string): Buffer => Buffer.alloc(SLICES * STEP_BYTES, unit);

test.each(['[],', '{},', '1,', '[', '{"a":', '"\\\\', ' ', '\n'])('a text of %j is counted slice by slice', async (unit) => {
  await checkSize(filled(unit), NO_LIMITS, 'the text');
  expect(pause).toHaveBeenCalledTimes(SLICES);
});

test.each([
  ['of short members', () => '1'],
  ['whose commas stand where slices end', () => `"${'x'.repeat(STEP_BYTES - 3)}"`],
])('a list %s is cut slice by slice', async (_, member) => {
  const parts = ['['];
  let size = 1;
  while (size < SLICES * STEP_BYTES) {
    const m = `${member()},`;
    parts.push(m);
    size += m.length;
  }
  const text = Buffer.from(`${parts.join('')}1]`);
  const found = await members(text, NO_LIMITS, 1e9, 'too many');
  expect(found!.members).toHaveLength(parts.length);
  expect(pause.mock.calls.length).toBeGreaterThanOrEqual(SLICES);
});

test('parts are joined a megabyte at a time', async () => {
  const parts = [filled('a'), filled('b')];
  expect((await joined(parts)).equals(Buffer.concat(parts))).toBe(true);
  expect(pause).toHaveBeenCalledTimes((2 * SLICES * STEP_BYTES) / 2 ** 20);
});

test('a slice that took long gives others their turn', async () => {
  pause.mockRestore();
  const turns = new Turns();
  const order: string[] = [];
  setImmediate(() => order.push('another'));
  await turns.pause();
  order.push('at once');
  const until = performance.now() + 20;
  while (performance.now() < until); // busy for longer than a slice may be
  await turns.pause();
  order.push('after its turn');
  expect(order).toEqual(['at once', 'another', 'after its turn']);
});
