import { describe, expect, test } from 'vitest';
import { safeNext } from './next-path';

describe('the way back after sign-in', () => {
  test.each(['/', '/wafers', '/alerts?state=all&range=7d', '/spc/1#chart', '/wafers?q=100%25%20full'])('%s is kept', (next) => {
    expect(safeNext(next)).toBe(next);
  });
  test.each([
    '',
    'wafers',
    'http://other.example',
    'javascript:alert(1)',
    '//other.example',
    '/\\other.example',
    '/a\\..\\b',
    '/\t/other.example',
    '\t//other.example',
    '/\n/other.example',
    '/x\r\nSet-Cookie: a=b',
    '/x%0d%0aSet-Cookie:%20a=b',
    '/%09/other.example',
    '/\u0000',
    '/\u0085/other.example',
    '/%',
    '/%ff',
    '/%e0%a4%a',
    '/.//other.example',
    '/..//other.example',
    '/x/..//other.example',
    '/a\ud800',
    `/${'a'.repeat(3_000)}`,
  ])('%j is not', (next) => {
    expect(safeNext(next)).toBe('/');
  });
});
