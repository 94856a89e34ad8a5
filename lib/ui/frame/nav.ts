export interface NavItem {
  href: string;
  label: string;
  /** Second letter of a "g" chord is not used: keys are single. */
  group: 'watch' | 'control' | 'keep';
}

/** Left navigation, in the order of work: what needs attention, what is measured, what is controlled, the system. */
export const NAV: readonly NavItem[] = [
  { href: '/', label: 'Overview', group: 'watch' },
  { href: '/alerts', label: 'Alerts', group: 'watch' },
  { href: '/holds', label: 'Holds', group: 'watch' },
  { href: '/requests', label: 'Re-measure', group: 'watch' },
  { href: '/spc', label: 'SPC', group: 'watch' },
  { href: '/wafers', label: 'Wafers', group: 'watch' },
  { href: '/fdc/traces', label: 'Traces', group: 'watch' },
  { href: '/overlay', label: 'Overlay', group: 'watch' },
  { href: '/spectra', label: 'Spectra', group: 'watch' },
  { href: '/recipes', label: 'Recipes', group: 'watch' },
  { href: '/control', label: 'Control', group: 'control' },
  { href: '/vm', label: 'Virtual metrology', group: 'control' },
  { href: '/system', label: 'System', group: 'keep' },
  { href: '/upload', label: 'Upload', group: 'keep' },
  { href: '/settings', label: 'Settings', group: 'keep' },
  { href: '/api-docs', label: 'API', group: 'keep' },
];

/** Is this entry the one the address belongs to? */
export const isCurrent = (href: string, path: string): boolean =>
  href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);

/** Single keys that work on every page; shown by "?". */
export const KEYS: readonly { keys: string; does: string }[] = [
  { keys: '/', does: 'search lots, wafers, tools, charts, loops, alerts' },
  { keys: 'j  k', does: 'next / previous row of the main table' },
  { keys: 'Enter', does: 'open the row' },
  { keys: 'n  p', does: 'next / previous violation on a control chart' },
  { keys: '←  →', does: 'walk the points of a chart or the sites of a map that has the focus' },
  { keys: 'a', does: 'acknowledge the alert of the row or page' },
  { keys: 'w  s  c', does: 'on the page of an alert: take it into work, snooze it, close it' },
  { keys: 'x', does: 'choose the alert of the row, for one act on several' },
  { keys: 'Esc', does: 'leave a chart, close a dialog' },
  { keys: '?', does: 'this list' },
];
