'use client';
import { useSyncExternalStore } from 'react';
import { PALETTES, type Palette, type Theme } from '../tokens';

function subscribe(onChange: () => void): () => void {
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(onChange);
  media.addEventListener('change', onChange);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => {
    media.removeEventListener('change', onChange);
    observer.disconnect();
  };
}

function current(): Theme {
  const forced = document.documentElement.dataset['theme'];
  if (forced === 'dark' || forced === 'light') return forced;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** The theme in force; canvas code redraws when it changes. On the server it is light, canvases are drawn on the client only. */
export function useTheme(): { theme: Theme; palette: Palette } {
  const theme = useSyncExternalStore(subscribe, current, () => 'light' as Theme);
  return { theme, palette: PALETTES[theme] };
}
