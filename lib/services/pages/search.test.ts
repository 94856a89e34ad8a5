import { expect, test } from 'vitest';
import { arranged, type Hit, tokensOf } from './search';

const hit = (kind: string, title: string): Hit => ({ kind, title, detail: '', href: `/${kind}/${title}` });
const kinds = (hits: readonly Hit[]): string[] => [...new Set(hits.map((h) => h.kind))];

test('what is called as it was typed stands before what only mentions it', () => {
  const hits = [
    hit('alert', 'cd mean · LIT-02 C1'),
    hit('chart', 'Overlay Tx · LIT-02'),
    hit('tool', 'LIT-02'),
    hit('lot', 'A LIT 02'),
  ];
  expect(kinds(arranged(hits, tokensOf('lit02'), 5))).toEqual(['tool', 'lot', 'chart', 'alert']);
  expect(kinds(arranged(hits, tokensOf('02'), 5))).toEqual(['lot', 'tool', 'chart', 'alert']);
  expect(kinds(arranged(hits, tokensOf('overlay'), 5))[0]).toBe('chart');
});

test('a kind with more hits than fit says so and can be asked for alone; one that fits does not', () => {
  const charts = Array.from({ length: 6 }, (_, i) => hit('chart', `cd ${i}`));
  const found = arranged([...charts, hit('tool', 'CD-01')], ['cd'], 5);
  expect(found.filter((h) => h.kind === 'chart')).toHaveLength(6);
  expect(found.filter((h) => h.more !== undefined)).toEqual([
    { kind: 'chart', title: 'More: kind chart…', detail: '', href: '', more: 'chart' },
  ]);
  expect(arranged(charts.slice(0, 5), ['cd'], 5).some((h) => h.more !== undefined)).toBe(false);
  expect(arranged(charts, ['cd'], 50)).toHaveLength(6);
});
