import type { QuietHours } from '@/lib/services/notify/quiet';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

export const DAY_CHOICES: readonly { value: string; label: string }[] = [
  { value: '', label: 'every day' },
  { value: '1,2,3,4,5', label: 'Mon to Fri' },
  { value: '6,7', label: 'Sat and Sun' },
  ...DAYS.map((label, i) => ({ value: String(i + 1), label })),
];

export const readDays = (value: string): number[] => (value === '' ? [] : value.split(',').map(Number));

export function daysText(days: readonly number[]): string {
  const known = DAY_CHOICES.find((c) => c.value === days.join(','));
  return known?.label ?? days.map((d) => DAYS[d - 1]).join(', ');
}

/** "Mon to Fri 18:00 to 06:00". */
export const hoursText = (h: QuietHours['windows'][number]): string =>
  `${daysText(h.days)} ${h.from} to ${h.to}${h.from === h.to ? ' the next day' : ''}`;

export const quietText = (q: QuietHours | null): string =>
  q === null
    ? 'none'
    : `${q.windows.map(hoursText).join('; ')} (${q.zone})${q.pierce.length === 0 ? '' : `, but ${q.pierce.join(' and ')} at once`}`;
