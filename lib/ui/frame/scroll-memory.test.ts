import { expect, test } from 'vitest';
import { ScrollMemory, scrollTowards } from './scroll-memory';

test('each address keeps its own place, an unknown one is at the top, and the memory is bounded', () => {
  const m = new ScrollMemory();
  m.keep('/spc?range=30d', 4000);
  m.keep('/spc/1', 12);
  expect([m.of('/spc?range=30d'), m.of('/spc/1'), m.of('/spc')]).toEqual([4000, 12, 0]);
  for (let i = 0; i < 100; i++) {
    m.keep('/spc?range=30d', 4000 + i);
    m.keep(`/wafers/${i}`, i);
  }
  expect([m.of('/spc/1'), m.of('/spc?range=30d'), m.of('/wafers/99'), m.of('/wafers/0')]).toEqual([0, 4099, 99, 0]);
});

test('a page that is still being filled is scrolled as far as it reaches, and is there once it is long enough', () => {
  const el = { scrollTop: 12, scrollHeight: 800, clientHeight: 700 };
  expect(scrollTowards(el, 4000)).toBe(false);
  expect(el.scrollTop).toBe(100);
  el.scrollHeight = 9000;
  expect(scrollTowards(el, 4000)).toBe(true);
  expect(el.scrollTop).toBe(4000);
  expect(scrollTowards({ scrollTop: 50, scrollHeight: 100, clientHeight: 700 }, 0)).toBe(true);
});
