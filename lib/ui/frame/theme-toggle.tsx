'use client';
import { useState } from 'react';
import { nextTheme, type ThemeChoice } from './theme';

const GLYPH: Readonly<Record<ThemeChoice, string>> = { system: '◐', light: '☀', dark: '☾' };

export function ThemeToggle({ initial, save }: { initial: ThemeChoice; save: (t: ThemeChoice) => Promise<void> }) {
  const [choice, setChoice] = useState(initial);
  const change = (): void => {
    const next = nextTheme(choice);
    setChoice(next);
    if (next === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = next;
    void save(next);
  };
  return (
    <button
      type="button"
      className="btn btn-quiet px-2!"
      onClick={change}
      aria-label={`Theme: ${choice}. Change to ${nextTheme(choice)}.`}
      title={`Theme: ${choice}`}
    >
      <span aria-hidden="true">{GLYPH[choice]}</span>
    </button>
  );
}
