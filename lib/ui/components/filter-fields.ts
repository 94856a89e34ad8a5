export interface FilterField {
  /** Name of the address parameter. */
  key: string;
  label: string;
  options: readonly { value: string; label: string }[];
  /** Value when the parameter is absent; default: all. */
  fallback?: string;
  /** Word for "no filter". Default "All". Null: one of the options is always selected. */
  all?: string | null;
}

/** Address parameter of the page of a long list. */
export const PAGE_KEY = 'after';

export const TIME_RANGES = [
  { value: '8h', label: 'Last 8 h' },
  { value: '24h', label: 'Last 24 h' },
  { value: '3d', label: 'Last 3 days' },
  { value: '7d', label: 'Last 7 days' },
  { value: '14d', label: 'Last 14 days' },
  { value: '30d', label: 'Last 30 days' },
  { value: '90d', label: 'Last 90 days' },
] as const;

/** The usual first field of a filter bar. */
export const timeRangeField = (fallback = '7d'): FilterField => ({
  key: 'range',
  label: 'Time',
  options: TIME_RANGES,
  fallback,
  all: null,
});

/** Value of `range` for all times, where a list offers it. */
export const ALL_TIMES = 'all';
