import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { EMAIL } from './account-rules';

test('an e-mail address: what people have, not what a mail server would refuse', () => {
  for (const good of ['ana@fab.com', 'ana.b+night@eu-1.fab.example', "o'neil@fab.com", 'omar@driftless.local'])
    expect(EMAIL.test(good), good).toBe(true);
  for (const bad of [
    'ana',
    'ana@fab',
    'ana@fab.c',
    'a b@fab.com',
    'ana..b@fab.com',
    '.ana@fab.com',
    'ana@-fab.com',
    'ana@fab..com',
  ])
    expect(EMAIL.test(bad), bad).toBe(false);
});

test('nothing passes that the library of the schemas calls no address', () => {
  const text = fc.string({ unit: fc.constantFrom(...'aZ9.-_+\'" '), minLength: 1, maxLength: 6 });
  let passed = 0;
  fc.assert(
    fc.property(text, text, fc.constantFrom('com', 'c', 'io', 'x1'), (local, host, top) => {
      const address = `${local}@${host}.${top}`;
      if (!EMAIL.test(address)) return;
      passed++;
      expect(z.email().safeParse(address).success, address).toBe(true);
    }),
    { numRuns: 20_000, seed: 7 },
  );
  expect(passed).toBeGreaterThan(50);
});
