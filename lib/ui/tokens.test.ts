import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CATEGORY, contrast, PALETTES, type Palette, type Theme } from './tokens';

const css = readFileSync(new URL('../../app/globals.css', import.meta.url), 'utf8');
const kebab = (s: string): string => s.replace(/([a-z])([A-Z0-9])/g, '$1-$2').toLowerCase();

describe.each(['light', 'dark'] as Theme[])('%s theme', (theme) => {
  const p = PALETTES[theme];
  test('text and status colours reach 4.5 : 1 on every background they stand on', () => {
    for (const bg of [p.surface, p.page, p.sunken, p.accentWash, p.okWash, p.warnWash, p.outWash])
      for (const ink of [p.ink, p.ink2, p.ink3, p.accent, p.ok, p.warn, p.out])
        expect(contrast(ink, bg)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(p.ink, p.accentWash)).toBeGreaterThanOrEqual(7);
  });
  test('categories reach 3 : 1 on the surface', () => {
    for (const c of CATEGORY[theme]) expect(contrast(c, p.surface)).toBeGreaterThanOrEqual(3);
  });
  test('globals.css carries the same values', () => {
    for (const [name, value] of Object.entries(p) as [keyof Palette, string][])
      expect(css).toContain(`--${kebab(name)}: ${value};`);
  });
});

test('contrast: black on white is 21 (WCAG 2.2)', () => expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6));
