import { describe, expect, test } from 'vitest';
import { decodeText } from '@/lib/formats/csv/decode';
import { parseCsv } from '@/lib/formats/csv/parse';
import { createRng } from '@/lib/numerics';
import { compute } from './compute';
import { functionAt } from './registry';
import { inputFromTable } from './table';

// biome-ignore lint/suspicious/noExplicitAny: results of many shapes
type Loose = any;
const run = (path: string, input: unknown): Promise<Loose> => compute(path, JSON.parse(JSON.stringify(input)));
const csv = async (path: string, text: string): Promise<Loose> =>
  compute(path, inputFromTable(await functionAt(path), parseCsv(text)));

describe('columns by name', () => {
  const rng = createRng(3);
  const rows = Array.from({ length: 40 }, () => {
    const [p, t] = [rng.normal(), 300 + 5 * rng.normal()];
    return [p, t, p + t / 100 + 0.01 * rng.normal()];
  });
  const table = (names: string[], order: number[]): string =>
    `${order.map((k) => names[k]).join(',')}\n${rows.map((r) => order.map((k) => r[k]).join(',')).join('\n')}\n`;
  const NAMES = ['p', 't', 'cd'];

  test.each([
    ['pca', 'spc/pca-train', 'spc/pca-score', { components: 2 }, (r: Loose) => r.scores.map((s: Loose) => s.t2), 'variables'],
    [
      'autoencoder',
      'learning/autoencoder-train',
      'learning/autoencoder-score',
      { code: 1, epochs: 5, holdBack: 0.5 },
      (r: Loose) => r.score,
      'variables',
    ],
  ] as const)(
    '%s: the order does not matter, unknown and missing ones are refused',
    async (_, train, score, options, of, field) => {
      const fit = inputFromTable(await functionAt(train), parseCsv(table(NAMES, [0, 1, 2])));
      const { model } = await run(train, { ...fit, ...options });
      const input = async (text: string) => ({ model, ...inputFromTable(await functionAt(score), parseCsv(text)) });
      const straight = await run(score, await input(table(NAMES, [0, 1, 2])));
      expect(of(await run(score, await input(table(NAMES, [2, 0, 1]))))).toEqual(of(straight));
      await expect(run(score, await input(table(['p', 'temp', 'cd'], [0, 1, 2])))).rejects.toThrow(
        new RegExp(`^${field}: the model needs t, which is not there; it does not know temp`),
      );
      await expect(run(score, await input(table(NAMES, [0, 1])))).rejects.toThrow(/needs cd/);
    },
  );

  test('PLS and Gaussian process', async () => {
    const fit = inputFromTable(await functionAt('vm/pls-train'), parseCsv(table(NAMES, [0, 1, 2])), { y: 'cd' });
    const { model } = await run('vm/pls-train', { ...fit, components: 2, validation: 'none' });
    const of = (x: number[][], sensors?: string[]) => run('vm/pls-predict', { model, x, ...(sensors ? { sensors } : {}) });
    const want = await of([[0.3, 301]]);
    expect(await of([[301, 0.3]], ['t', 'p'])).toEqual(want);
    await expect(of([[301, 0.3]], ['q', 'p'])).rejects.toThrow(/^sensors: the model needs t.*does not know q/);
    await expect(of([[1, 2]], ['p', 'p'])).rejects.toThrow(/twice/);
    const gp = await run('vm/gp-train', {
      x: rows.map((r) => r.slice(0, 2)),
      y: rows.map((r) => r[2]),
      inputs: ['p', 't'],
      starts: 1,
    });
    const predict = (x: number[][], inputs: string[]) => run('vm/gp-predict', { model: gp.model, x, inputs });
    expect(await predict([[301, 0.3]], ['t', 'p'])).toEqual(await predict([[0.3, 301]], ['p', 't']));
  });

  test('a list that belongs to the rows is read from the file, not ignored', async () => {
    const r = await csv('spc/ewma', 'values,sizes\n52,4\n47,4\n53,9\n49.3,1\n');
    const direct = await run('spc/ewma', { values: [52, 47, 53, 49.3], sizes: [4, 4, 9, 1] });
    expect(r).toEqual(direct);
  });
});

describe('CSV', () => {
  test('a blank row keeps its place', async () => {
    const f = await functionAt('spc/ewma');
    expect(inputFromTable(f, parseCsv('value\n\n1\n\n2\n\n\n'))).toEqual({ values: [null, 1, null, 2] });
    expect(parseCsv('a,b\n1,2\n\n3,4\n').line).toEqual([2, 3, 4]);
    expect(() => parseCsv('a,b\n1,2\n1,2,3\n')).toThrow(/line 3 has 3 cells, the header has 2/);
  });

  test('thousands separators are refused as ambiguous, decimal commas are read', async () => {
    const f = await functionAt('spc/ewma');
    const values = (text: string) => inputFromTable(f, parseCsv(text))['values'];
    expect(values('value,lot\n"1,5",a\n2.5,b\n')).toEqual([1.5, 2.5]);
    expect(values('sep=;\nvalue;lot\n1,234;a\n')).toEqual([1.234]);
    for (const cell of ['"1,234"', '"1,234.5"', '1 234', '"1.234,5"', '"12,345,678"'])
      expect(() => values(`value,lot\n${cell},a\n`), cell).toThrow(/line 2 holds .*(separator|not a number)/);
    expect(() => values('value\tlot\n1,234\ta\n')).toThrow(/thousands or decimals/);
  });

  test('UTF-16 with and without a mark', () => {
    const text = 'value,u\n1,0.1\n';
    const bytes = Buffer.from(text, 'utf16le');
    expect(decodeText(bytes)).toBe(text);
    expect(decodeText(Buffer.concat([Buffer.from([0xff, 0xfe]), bytes]))).toBe(text);
    expect(decodeText(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(bytes).swap16()]))).toBe(text);
    expect(decodeText(Buffer.from('µ,nm\n'))).toBe('µ,nm\n');
  });
});
