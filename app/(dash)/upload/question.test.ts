import { expect, test } from 'vitest';
import type { CsvPreview } from '@/lib/services/ingest/upload';
import { checkedOf, type Question, type Reading, shownOf, TYPING_MS, withField } from './question';

const file = new File(['lot;value\nA1;3'], 'a.csv');
const preview = (mapping: CsvPreview['mapping']): CsvPreview => ({
  header: ['lot', 'value'],
  headerLine: 1,
  metadata: [],
  unused: [],
  times: null,
  firstRows: [],
  rows: 1,
  delimiter: ';',
  mapping,
  faults: [],
  faultTotal: 0,
  wafers: [],
  waferTotal: 1,
  kept: 1,
  repeated: 0,
  refused: 0,
});
const first: Question = { file, line: null, mapping: null, pauseMs: 0 };
const read: Reading = { question: first, answer: { of: first, preview: preview({ unit: { constant: 'nm' } }) } };

test('a value that was typed is what is shown at once, and nothing can be stored until it was checked', () => {
  expect(checkedOf(read)?.mapping).toEqual({ unit: { constant: 'nm' } });
  const typed = withField(read, 'unit', { constant: 'um' })!;
  const during: Reading = { ...read, question: typed };
  expect(shownOf(during)?.mapping).toEqual({ unit: { constant: 'um' } });
  expect(checkedOf(during)).toBeNull();
  const answered: Reading = { question: typed, answer: { of: typed, preview: preview({ unit: { constant: 'um' } }) } };
  expect(checkedOf(answered)?.mapping).toEqual({ unit: { constant: 'um' } });
});

test('an answer of another file or another header is not shown', () => {
  expect(shownOf({ ...read, question: { ...first, file: new File([''], 'b.csv') } })).toBeNull();
  expect(shownOf({ ...read, question: { ...first, line: 3 } })).toBeNull();
  expect(shownOf({ question: first, answer: null })).toBeNull();
});

test('a typed value waits for its next letter, a chosen column does not; a field can be emptied', () => {
  expect(withField(read, 'unit', { constant: 'u' })?.pauseMs).toBe(TYPING_MS);
  expect(withField(read, 'lot', { column: 'lot' })).toMatchObject({
    pauseMs: 0,
    mapping: { unit: { constant: 'nm' }, lot: { column: 'lot' } },
  });
  expect(withField(read, 'unit', undefined)?.mapping).toEqual({});
});
