import { describe, expect, test } from 'vitest';
import { type ChartKind, type Design, designProblems, kindOf } from '..';

describe('a design', () => {
  const of = (kind: ChartKind, d: Design) => designProblems(kindOf(kind).label, kindOf(kind).design ?? [], d).map((p) => p.text);
  test('belongs to its kind, by name, range and type', () => {
    expect(of('cusum', { k: 0.5, h: 4, headStart: true })).toEqual([]);
    expect(of('cusum', { lambda: 0.2 })).toEqual([
      'A chart of kind CUSUM has no setting "lambda": it has k, h, headStart, afterSignal, target, sigma.',
    ]);
    expect(of('individuals', { h: 4 })[0]).toContain('it has none');
    expect(of('cusum', { h: 0 })).toEqual(['h must lie above 0.']);
    expect(of('cusum', { headStart: 1 })).toEqual(['Fast initial response is either true or false.']);
    expect(of('u', { limits: 'wide' })).toEqual(['Limits is one of normal, exact.']);
  });

  test('that states target and sigma of a CUSUM needs no baseline', () => {
    expect(kindOf('cusum').given!({ target: 5, sigma: 2 })).toEqual({ center: 5, sigma: 2 });
    expect(kindOf('cusum').given!({ target: 5 })).toBeNull();
  });
});
