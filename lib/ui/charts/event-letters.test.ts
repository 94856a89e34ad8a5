import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textPx } from '../text-width';
import { EVENT_SIZE, eventLetters } from './event-letters';

test('events that stand close share one text with each letter once; many kinds are counted', () => {
  expect(
    eventLetters([
      { x: 100, glyph: 'PM' },
      { x: 104, glyph: 'K' },
      { x: 106, glyph: 'PM' },
      { x: 300, glyph: 'C' },
    ]),
  ).toEqual([
    { text: 'PM K', x: 103 },
    { text: 'C', x: 300 },
  ]);
  const all = ['PM', 'C', 'R', 'M', 'K'].map((glyph, i) => ({ x: 50 + i, glyph }));
  expect(eventLetters(all)[0]!.text).toBe('PM C +3');
});

test('every event has a letter, and no text lies on another', () =>
  fc.assert(
    fc.property(
      fc.array(fc.record({ x: fc.integer({ min: 56, max: 800 }), glyph: fc.constantFrom('PM', 'C', 'R', 'M', 'K', '◆') }), {
        maxLength: 60,
      }),
      (list) => {
        const events = list.sort((a, b) => a.x - b.x);
        const texts = eventLetters(events);
        expect(texts.length > 0).toBe(events.length > 0);
        texts.slice(1).forEach((t, i) => {
          const before = texts[i]!;
          expect(t.x - textPx(t.text, EVENT_SIZE) / 2).toBeGreaterThanOrEqual(before.x + textPx(before.text, EVENT_SIZE) / 2);
        });
        const said = texts.map((t) => t.text).join(' ');
        if (!said.includes('+')) for (const e of events) expect(said.split(' ')).toContain(e.glyph);
      },
    ),
  ));
