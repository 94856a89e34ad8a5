import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeCard } from './card-place';

const room = { left: 176, top: 44, right: 1280, bottom: 720 };
const card = { width: 230, height: 60 };

test('a card stands to the right of its sample, to the left where the right is short, and beside neither under the side bar', () => {
  expect(placeCard({ x: 500, y: 100 }, card, room)).toEqual({ x: 510, y: 100 });
  expect(placeCard({ x: 1200, y: 100 }, card, room)).toEqual({ x: 960, y: 100 });
  // A narrow window: neither side has room, so the card covers its sample and is shown whole.
  expect(placeCard({ x: 300, y: 100 }, card, { ...room, right: 450 })).toEqual({ x: 220, y: 100 });
  expect(placeCard({ x: 500, y: 700 }, card, room)).toEqual({ x: 510, y: 660 });
});

test('wherever the sample is, a card that fits is whole within the room', () => {
  const n = (min: number, max: number) => fc.integer({ min, max });
  fc.assert(
    fc.property(n(-500, 2000), n(-500, 2000), n(1, 1104), n(1, 676), (x, y, width, height) => {
      const p = placeCard({ x, y }, { width, height }, room);
      expect(p.x).toBeGreaterThanOrEqual(room.left);
      expect(p.x + width).toBeLessThanOrEqual(room.right);
      expect(p.y).toBeGreaterThanOrEqual(room.top);
      expect(p.y + height).toBeLessThanOrEqual(room.bottom);
    }),
  );
});
