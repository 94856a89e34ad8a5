import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redirect } from 'next/navigation';
import { expect, test } from 'vitest';
import type { ActionResult } from './action-result';
import { answer, answerAs } from './answer';

test('an answer is passed on, and one that was lost on the way is an error that can be acted on', async () => {
  const done: ActionResult = { ok: true, message: 'Saved.' };
  expect(await answer(() => Promise.resolve(done))).toBe(done);
  const lost = await answer(() => Promise.reject(new TypeError('Failed to fetch')));
  expect(lost).toEqual({ ok: false, error: expect.stringMatching(/did not answer.*try again/) });
  const shaped = await answerAs<{ result: ActionResult; secret: string | null }>(
    () => Promise.reject(new Error('502')),
    (result) => ({ result, secret: null }),
  );
  expect(shaped).toEqual({ result: lost, secret: null });
});

test('the way to the sign-in page is no answer: it goes on', async () => {
  const leave = async (): Promise<ActionResult> => redirect('/sign-in');
  await expect(answer(leave)).rejects.toThrow('NEXT_REDIRECT');
});

test('no button waits for an action that might be lost: each goes through `answer`, a form or a dialog', () => {
  const sources = readdirSync('app', { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f));
  expect(sources.length).toBeGreaterThan(100);
  const bare = sources.flatMap((f) =>
    Array.from(
      readFileSync(join('app', f), 'utf8').matchAll(/report\(await[^\n]*|\.then\(report\)/g),
      ([text]) => `${f}: ${text}`,
    ),
  );
  expect(bare).toEqual([]);
});
