/** The chosen theme lives in a cookie, so that the server renders the right one and nothing flashes. */
export const THEME_COOKIE = 'driftless-theme';
export type ThemeChoice = 'system' | 'light' | 'dark';

export const parseTheme = (v: string | undefined): ThemeChoice => (v === 'light' || v === 'dark' ? v : 'system');

const NEXT: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: 'light', light: 'dark', dark: 'system' };
export const nextTheme = (t: ThemeChoice): ThemeChoice => NEXT[t];
