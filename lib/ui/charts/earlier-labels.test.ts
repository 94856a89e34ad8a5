import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LimitSegment } from './control-chart.model';
import { earlierLabelPx, earlierLabels } from './earlier-labels';

const box = { left: 0, right: 500, top: 0, bottom: 300 };
const id = (v: number): number => v;
const at = (kind: LimitSegment['kind'], y: number, x1: number, x2: number): LimitSegment => ({
  kind,
  y,
  x1,
  x2,
  label: null,
  earlier: { text: `${kind.toUpperCase()} ${y}.00`, x1 },
});

test('numbers of limits that end together stand apart, and none stands where its phase is too narrow', () => {
  const placed = earlierLabels([at('ucl', 100, 0, 200), at('cl', 103, 0, 200), at('ucl', 90, 200, 230)], id, id, box);
  expect(placed.map((p) => p.text).sort()).toEqual(['CL 103.00', 'UCL 100.00']);
  expect(Math.abs(placed[0]!.y - placed[1]!.y)).toBeGreaterThanOrEqual(11);
});

test('a limit and a specification that end a few pixels apart keep their numbers apart, near their lines', () => {
  const placed = earlierLabels([at('ucl', 100, 0, 200), at('usl', 102, 0, 210)], id, id, box);
  expect(placed).toHaveLength(2);
  expect(Math.abs(placed[0]!.y - placed[1]!.y)).toBeGreaterThanOrEqual(11);
  for (const p of placed) expect(Math.abs(p.y - (p.kind === 'ucl' ? 96 : 98))).toBeLessThanOrEqual(11);
});

const segment = fc
  .record({
    kind: fc.constantFrom(...(['ucl', 'cl', 'lcl', 'usl', 'lsl', 'target'] as const)),
    y: fc.integer({ min: 0, max: 300 }),
    x1: fc.integer({ min: 0, max: 350 }),
    width: fc.integer({ min: 5, max: 150 }),
  })
  .map(({ kind, y, x1, width }) => at(kind, y, x1, x1 + width));

test('no number covers another, wherever their lines end, and each stays inside the plot', () =>
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 14 }), (limits) => {
      const placed = earlierLabels(limits, id, id, box);
      const room = limits.some((l) => l.x2 - l.earlier!.x1 - 8 >= earlierLabelPx(l.earlier!));
      expect(placed.length > 0).toBe(room);
      for (const [i, a] of placed.entries()) {
        expect(a.y >= 11 && a.y <= 296).toBe(true);
        for (const b of placed.slice(i + 1)) {
          const apart = a.x <= b.x - earlierLabelPx(b) || b.x <= a.x - earlierLabelPx(a) || Math.abs(a.y - b.y) >= 11;
          expect(apart).toBe(true);
        }
      }
    }),
  ));
