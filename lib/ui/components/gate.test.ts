import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Gate } from './gate';

const Behind = (p: { waits: string | null; busy: boolean }) =>
  Gate({ ...p, children: (gated) => createElement('button', { type: 'button', ...gated }, 'Activate') });
/** A button behind a gate, as the browser gets it. */
const html = (waits: string | null, busy = false): string => renderToStaticMarkup(createElement(Behind, { waits, busy }));

test('why a button waits is written beside it and tied to it, and nothing is when it does not', () => {
  const waiting = html('Change a field first.');
  const id = /<span id="([^"]+)"[^>]*>Change a field first\.<\/span>/.exec(waiting)?.[1];
  expect(id).toBeDefined();
  expect(waiting).toContain(`<button type="button" disabled="" aria-describedby="${id}">Activate</button>`);
  expect(html(null)).toBe('<button type="button">Activate</button>');
  expect(html(null, true)).toBe('<button type="button" disabled="">Activate</button>');
});

test('no reason stands in the tool tip of a button alone, where no keyboard and no finger reaches it', () => {
  const sources = ['app', 'lib/ui'].flatMap((dir) =>
    readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.tsx'))
      .map((f) => join(dir, f)),
  );
  const buttons = sources.flatMap((f) =>
    Array.from(readFileSync(f, 'utf8').matchAll(/<button\b(?:=>|[^>])*>/g), ([text]) => ({ f, text })),
  );
  expect(buttons.length).toBeGreaterThan(60);
  const hidden = buttons.filter(({ text }) => /\btitle=\{[^}]*(?:\bmay\b|waits|needsRole|why|role)/.test(text));
  expect(hidden.map(({ f, text }) => `${f}: ${text}`)).toEqual([]);
});
