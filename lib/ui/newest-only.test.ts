import { expect, test } from 'vitest';
import { newestOnly } from './newest-only';

test('an answer that comes late does not replace a newer one, nor does its error', async () => {
  const ask = newestOnly();
  let release = (_: string): void => undefined;
  let fail = (_: Error): void => undefined;
  const slow = ask(() => new Promise<string>((r) => (release = r)));
  const broken = ask(() => new Promise<string>((_, reject) => (fail = reject)));
  expect(await ask(() => Promise.resolve('newest'))).toBe('newest');
  release('late');
  fail(new Error('late'));
  expect([await slow, await broken]).toEqual([null, null]);
  await expect(ask(() => Promise.reject(new Error('now')))).rejects.toThrow('now');
});
