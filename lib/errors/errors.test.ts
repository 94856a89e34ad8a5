import { expect, test } from 'vitest';
import { AppError, ERROR_CODES, toAppError } from './index';
import { reasonProblem } from './reason';

test('each code carries a status, and only passing faults are retried', () => {
  for (const [code, row] of Object.entries(ERROR_CODES)) {
    expect(row.status, code).toBeGreaterThanOrEqual(400);
    if (row.retry) expect([429, 503, 500], code).toContain(row.status);
  }
  expect(new AppError('forbidden', 'no').status).toBe(403);
});

test('an unknown error becomes internal and keeps its cause', () => {
  const cause = new TypeError('x is undefined');
  const e = toAppError(cause);
  expect(e.code).toBe('internal');
  expect(e.cause).toBe(cause);
  expect(toAppError(e)).toBe(e);
});

test('one rule for reasons: five characters after trimming, said in words and with the field', () => {
  expect([reasonProblem('  why '), reasonProblem('  why so ')]).toEqual(['Say why, in at least 5 characters.', null]);
  expect(reasonProblem('x'.repeat(2001))).toMatch(/^At most 2000/);
  // Invisible characters do not count: joiners, fillers, soft hyphens, a blank braille cell.
  for (const unseen of ['\u200b', '\u2060', '\u3164', '\u00ad', '\ufeff', '\u2800', '\u0301', '\u{e0020}'])
    expect(reasonProblem(`ab${unseen.repeat(9)}cd`), JSON.stringify(unseen)).toMatch(/^Say why/);
  expect(reasonProblem('a        b')).toMatch(/^Say why/);
  expect(['新しい部品', 'नई पाली', 'é è ê'].map(reasonProblem)).toEqual([null, null, null]);
});
