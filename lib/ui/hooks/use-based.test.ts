import { act } from 'react';
import { expect, test } from 'vitest';
import type { ActionResult } from '../action-result';
import { pageOfHook } from '../testing/page';
import { type Based, useBased } from './use-based';

interface Version {
  readonly version: number;
  readonly gain: string;
  readonly lambda: string;
}

const textsOf = ({ gain, lambda }: Version) => ({ gain, lambda });
const V1: Version = { version: 1, gain: '1', lambda: '0.4' };
const OWN: Version = { version: 2, gain: '1', lambda: '0.3' };
const OTHER: Version = { version: 2, gain: '2', lambda: '0.4' };

type Texts = ReturnType<typeof textsOf>;

/** A form in which λ was typed, and a way to send it whose answer the test gives. */
async function typed() {
  const page = await pageOfHook<Version, Based<Version, Texts>>((v) => useBased(v.version, v, textsOf), V1);
  await act(async () => page.now().set({ gain: '1', lambda: '0.3' }));
  let give: (r: ActionResult) => void = () => {};
  const send = (): Promise<void> =>
    act(async () => {
      void page.now().send(
        () => new Promise((done) => (give = done)),
        (v) => v.lambda === '0.3',
      );
    });
  return { page, send, answer: (r: ActionResult): Promise<void> => act(async () => give(r)) };
}

test('the own version that arrives before its answer begins the form anew once the answer is there', async () => {
  const { page, send, answer } = await typed();
  await send();
  await page.show(OWN);
  expect([page.now().base, page.now().isBehind]).toEqual([V1, false]);
  await answer({ ok: true, message: 'done' });
  expect([page.now().base, page.now().draft, page.now().isBehind]).toEqual([OWN, textsOf(OWN), false]);
});

test('a version of somebody else that arrives while a send is under way is asked about once that is refused', async () => {
  const { page, send, answer } = await typed();
  await send();
  await page.show(OTHER);
  expect(page.now().isBehind).toBe(false);
  await answer({ ok: false, error: 'version 2 came first' });
  expect([page.now().base, page.now().draft.lambda, page.now().isBehind, page.now().both]).toEqual([V1, '0.3', true, []]);
  await act(async () => page.now().follow());
  expect(page.now().draft).toEqual({ gain: '2', lambda: '0.3' });
});

test('what is typed while a send is under way stays, and its own version is asked about', async () => {
  const { page, send, answer } = await typed();
  await send();
  await act(async () => page.now().set((d) => ({ ...d, gain: '3' })));
  await answer({ ok: true, message: 'done' });
  await page.show(OWN);
  expect([page.now().draft, page.now().base, page.now().isBehind]).toEqual([{ gain: '3', lambda: '0.3' }, V1, true]);
});
