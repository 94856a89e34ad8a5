import { describe, expect, test } from 'vitest';
import { parseCsv } from '@/lib/formats/csv/parse';
import { jsonSchemaOf } from '@/lib/formats/json-schema';
import { trainPls } from '@/lib/vm';
import { answer } from './answer';
import { compute, parseInput } from './compute';
import { plain } from './plain';
import { allFunctions, functionAt } from './registry';
import { inputFromTable } from './table';
import { tableText, writtenTable } from './written-table';

const functions = await allFunctions();
const wire = (v: unknown) => JSON.parse(JSON.stringify(v));

test('paths are unique, kebab-case, and every field says what it is', () => {
  const paths = functions.map((f) => f.path);
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths.length).toBeGreaterThan(80);
  for (const f of functions) {
    expect(f.path).toMatch(/^[a-z]+\/[a-z0-9-]+$/);
    const { properties } = jsonSchemaOf(f.input) as { properties: Record<string, { description?: string }> };
    for (const [field, s] of Object.entries(properties)) expect(s.description ?? '', `${f.path} ${field}`).not.toBe('');
  }
});

describe('the example of every function', () => {
  test.each(functions.map((f) => [f.path, f] as const))('%s runs, twice the same', async (path, f) => {
    const result = await compute(path, wire(f.example));
    expect(JSON.stringify(await compute(path, wire(f.example)))).toBe(JSON.stringify(result));
    expect(Object.values(result as object).some((v) => v !== null)).toBe(true);
  });

  test.each(functions.filter((f) => f.table?.write).map((f) => [f.path, f] as const))('%s writes its tables', (_, f) => {
    const input = parseInput(f, wire(f.example));
    const result = f.run(input as never, () => undefined);
    for (const name of Object.keys(f.table!.write!)) {
      const { columns } = writtenTable(f, result as object, input, name);
      expect(Object.keys(columns).length).toBeGreaterThan(0);
      expect(new Set(Object.values(columns).map((c) => c.length)).size, name).toBe(1);
    }
  });
});

describe('a table leaves nothing out without a word', () => {
  const asCsv = async (path: string, over: object = {}) => {
    const f = await functionAt(path);
    return answer({ path, text: JSON.stringify({ ...wire(f.example), ...over }), format: 'csv' });
  };
  const header = (csv: string) => csv.slice(0, csv.indexOf('\n'));

  test('every leaf of a result is in the table or told, with the place where it stands', async () => {
    for (const f of functions) {
      const text = JSON.stringify(wire(f.example));
      const json = JSON.parse((await answer({ path: f.path, text })).text) as Record<string, unknown>;
      const { text: csv, notes } = await answer({ path: f.path, text, format: 'csv' });
      const told = notes.join(' ');
      if (header(csv) === 'name,value' || f.table?.write !== undefined) continue; // writes all leaves, or is covered by the next test
      for (const [field, v] of Object.entries(json))
        if (v !== null && !(Array.isArray(v) && v.length === 0))
          expect(header(csv).split(',').includes(field) || told.includes(field), `${f.path} ${field}`).toBe(true);
    }
  });

  test.each([
    ['spc/individuals', {}, /not in this table: .*mrCenter.*--format json/],
    ['overlay/fit', {}, /--table marks/],
    ['spatial/kriging', { xNew: undefined, yNew: undefined, grid: 3 }, /not in this table: model/],
  ])('%s', async (path, over, want) => {
    const { text, notes } = await asCsv(path, over);
    expect(text.trim().split('\n').length).toBeGreaterThan(2);
    expect(notes.join('\n')).toMatch(want);
  });

  test('nested results are written leaf by leaf', async () => {
    const { text } = await asCsv('control/mpc');
    expect(text).toMatch(/^name,value\n/);
    expect(text).toMatch(/\nu\.0/);
    const capability = await asCsv('spc/capability');
    expect(capability.text).toMatch(/\n[a-z.]*\.actual,/);
  });

  test('every response of a model has its columns', async () => {
    const x = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]);
    const model = trainPls(
      { x, y: x.map(([a, b]) => [a! + b!, a! - b!]), responses: ['cd', 'depth'] },
      { components: 2, validation: 'none' },
    );
    const { text } = await answer({
      path: 'vm/pls-predict',
      text: JSON.stringify({ model: wire(model), x: x.slice(0, 2) }),
      format: 'csv',
    });
    expect(header(text)).toBe('cd value,cd u,cd low,cd high,depth value,depth u,depth low,depth high,t2,spe,applicability');
  });
});

test('a field that is unknown, missing or wrong is named, with what to do', async () => {
  const refused = (path: string, input: unknown) =>
    compute(path, input).then(
      () => null,
      (e) => e,
    );
  expect(await refused('spc/constants', { n: 5, m: 1 })).toMatchObject({
    code: 'invalid_input',
    message: 'm: is not a known field of spc/constants; fields are n',
  });
  expect(await refused('spc/constants', {})).toMatchObject({ message: 'n: is missing' });
  const film = { wavelengthNm: [500], substrate: { kind: 'cauchy', a: 1.5, bUm2: 0 } };
  expect(await refused('optics/thin-film', film)).toMatchObject({ details: { field: 'substrate.cUm4' } });
  expect(await refused('optics/thin-film', { ...film, substrate: { kind: 'cauchy', a: 'n', bUm2: 0, cUm4: 0 } })).toMatchObject({
    message: expect.stringMatching(/^substrate: "n" stands where a number must be/),
  });
  expect(await refused('overlay/fit', { x: [0], y: [0], dx: [1, 2], dy: [1, 2] })).toMatchObject({ code: 'invalid_input' });
  expect(await refused('spc/ewma', { values: [1, 'x', 2] })).toMatchObject({
    message: expect.stringMatching(/^values: value 1 is x/),
  });
  expect(await refused('nope/fit', {})).toMatchObject({ code: 'not_found' });
});

test('what is not finite leaves as null', () => {
  expect(
    plain({ a: Float64Array.of(1, Number.NaN), b: Number.POSITIVE_INFINITY, f: () => 1, m: new Map([['k', [undefined]]]) }),
  ).toEqual({
    a: [1, null],
    b: null,
    m: { k: [null] },
  });
});

describe('tables', () => {
  const overlay = functionAt('overlay/fit');
  test('columns are found by name, spelling and unit; gaps are null', async () => {
    const t = parseCsv('Field X (mm),field_y,xMm,y,DX [nm],dy\n0,0,1,2,3,\n0,0,-1,2,NaN,4\n');
    expect(inputFromTable(await overlay, t)).toEqual({
      fieldX: [0, 0],
      fieldY: [0, 0],
      x: [1, -1],
      y: [2, 2],
      dx: [3, null],
      dy: [null, 4],
    });
  });

  test('a missing column, a bad cell and a wrong map are named', async () => {
    const f = await overlay;
    expect(() => inputFromTable(f, parseCsv('x,y,dx\n1,2,3\n'))).toThrow(
      /^dy: there is no such column; columns are x, y, dx; rename one or say --map dy=COLUMN/,
    );
    expect(() => inputFromTable(f, parseCsv('x,y,dx,dy\n1,2,3,4\n1,2,3,4O\n'))).toThrow(/^dy: line 3 holds "4O"/);
    expect(() => inputFromTable(f, parseCsv('x,y,dx,dy\n1,2,3,4\n'), { dy: 'z' })).toThrow(/^--map: there is no column "z"/);
    expect(inputFromTable(f, parseCsv('x,y,a,b\n1,2,3,4\n'), { dx: 'b', dy: 'a' })).toMatchObject({ dx: [4], dy: [3] });
  });

  test('subgroups come as labelled rows, or one a row', async () => {
    const f = await functionAt('spc/xbar-r');
    expect(inputFromTable(f, parseCsv('subgroup,value\na,1\nb,3\na,2\n'))).toEqual({ subgroups: [[1, 2], [3]] });
    expect(inputFromTable(f, parseCsv('lot,p1,p2\nA,1,2\nB,3,4\n'), {}, ['lot'])).toEqual({
      subgroups: [
        [1, 2],
        [3, 4],
      ],
    });
  });

  test('the rest of the columns are a matrix with names', async () => {
    const f = await functionAt('vm/pls-train');
    expect(inputFromTable(f, parseCsv('p,cd,t\n1,9,2\n3,8,\n'), { y: 'cd' })).toEqual({
      x: [
        [1, 2],
        [3, null],
      ],
      y: [9, 8],
      sensors: ['p', 't'],
    });
  });

  test('a written table reads back as it was', async () => {
    const f = await overlay;
    const input = parseInput(f, wire(f.example));
    const text = tableText(writtenTable(f, f.run(input as never, () => undefined) as object, input, 'marks').columns);
    const again = inputFromTable(f, parseCsv(text), {}, []);
    expect(again).toMatchObject({ dx: f.example['dx'], x: f.example['x'], fieldY: f.example['fieldY'] });
    expect(() => writtenTable(f, {}, input, 'nothing')).toThrow(/it has terms, marks/);
  });
});
