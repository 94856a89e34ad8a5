import { expect, test } from 'vitest';
import { AppError, ERROR_CODES, toAppError } from './index';

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
