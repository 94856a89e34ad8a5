import { expect, test } from 'vitest';
import type { RuleTarget } from '@/lib/services/notify/rules';
import { hoursText, readDays } from './quiet-words';
import { readTargets, targetText } from './targets';

test('targets come back from their texts', () => {
  const all: RuleTarget[] = [
    { role: 'engineer' },
    { rota: 'litho on call' },
    { channel: 'pager: night' },
    { channels: 'all' },
    { person: 'ana@fab.example' },
  ];
  expect(readTargets(all.map(targetText).join(', '))).toEqual(all);
  expect(readTargets(' , ana@fab.example,')).toEqual([{ person: 'ana@fab.example' }]);
});

test('days and hours in words', () => {
  expect(hoursText({ days: [], from: '22:00', to: '06:00' })).toBe('every day 22:00 to 06:00');
  expect(hoursText({ days: [1, 2, 3, 4, 5], from: '18:00', to: '18:00' })).toBe('Mon to Fri 18:00 to 18:00 the next day');
  expect(hoursText({ days: [2, 7], from: '08:00', to: '09:00' })).toBe('Tue, Sun 08:00 to 09:00');
  expect(readDays('6,7')).toEqual([6, 7]);
  expect(readDays('')).toEqual([]);
});
