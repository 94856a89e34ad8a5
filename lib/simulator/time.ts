/** ISO 8601 in UTC of an epoch time in whole milliseconds. */
export const iso = (ms: number): string => new Date(ms).toISOString();
