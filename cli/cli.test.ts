import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'driftless-cli-'));
const LAUNCHER = join(process.cwd(), 'cli', 'driftless.mjs');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command as a person runs it; `input` is what is piped in. */
function driftless(args: readonly string[], input?: string): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [LAUNCHER, ...args], { cwd: dir, maxBuffer: 2 ** 26 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
    child.stdin?.end(input ?? '');
  });
}

const MARKS = (() => {
  const fields = [
    [-52, -33],
    [52, -33],
    [-52, 33],
    [52, 33],
    [0, 0],
  ] as const;
  const corners = [
    [-12, -15],
    [12, -15],
    [-12, 15],
    [12, 15],
  ] as const;
  const rows = fields.flatMap(([fx, fy]) =>
    corners.map(([x, y]) => [fx, fy, x, y, 3 + 0.02 * fx - 0.01 * fy + 0.5 * x, -2 + 0.02 * fy + 0.01 * fx + 0.5 * y].join(',')),
  );
  return `fieldX,fieldY,x,y,dx,dy\n${rows.join('\n')}\n`;
})();

beforeAll(async () => {
  writeFileSync(join(dir, 'marks.csv'), MARKS);
  await driftless(['spc', 'constants', '--n', '2']); // the first run builds
}, 60_000);

test('a file with blanks between its columns is read as the same table', async () => {
  const names = 'Field_X (mm)  Field_Y (mm)  X (mm)  Y (mm)  dx (nm)  dy (nm)';
  writeFileSync(join(dir, 'marks.dat'), MARKS.replace(/^.*$/m, names).replaceAll(',', '   '));
  const [csv, dat] = await Promise.all(
    ['marks.csv', 'marks.dat'].map((f) => driftless(['overlay', 'fit', f, '--terms', 'linear'])),
  );
  expect([dat!.code, dat!.err]).toEqual([0, '']);
  expect(dat!.out).toBe(csv!.out);
});

test('a CSV file in, JSON out: the terms that made the marks', async () => {
  const { code, out, err } = await driftless(['overlay', 'fit', 'marks.csv', '--terms', 'linear']);
  expect([code, err]).toEqual([0, '']);
  const r = JSON.parse(out);
  expect(r.coefficients.tx).toBeCloseTo(3, 9);
  expect(r.coefficients.my).toBeCloseTo(0.02, 9);
  expect(r.coefficients.k3).toBeCloseTo(0.5, 9);
  expect(r.unidentifiable).toEqual([]);
});

test('CSV out, by --format, --table and the name of the file; the marks read back to the same terms', async () => {
  const terms = await driftless(['overlay', 'fit', 'marks.csv', '--format', 'csv']);
  expect(terms.out.split('\n')[0]).toBe('id,axis,label,value,standardError,unit');
  expect((await driftless(['overlay', 'fit', 'marks.csv', '--table', 'marks', '--out', 'again.csv'])).out).toBe('');
  const again = await driftless(['overlay', 'fit', 'again.csv', '--format', 'csv', '--ignore', 'residualDx']);
  expect(again.out).toBe(terms.out);
  await driftless(['overlay', 'statistics', 'marks.csv', '--out', 'statistics.json']);
  expect(JSON.parse(readFileSync(join(dir, 'statistics.json'), 'utf8')).x.mean).toBeCloseTo(3, 9);
});

test('pipes: CSV, JSON, with - and without', async () => {
  const byFile = (await driftless(['overlay', 'statistics', 'marks.csv'])).out;
  expect((await driftless(['overlay', 'statistics', '-'], MARKS)).out).toBe(byFile);
  expect((await driftless(['overlay', 'statistics'], MARKS)).out).toBe(byFile);
  const capability = await driftless(['spc', 'capability', '--lsl', '97', '--usl', '103'], 'value\n99\n101\n100\n98\n');
  expect(JSON.parse(capability.out).mean).toBe(99.5);
  const piped = await driftless(['defects', 'yield'], '{"lambda": [1]}');
  expect(JSON.parse(piped.out).yield[0]).toBeCloseTo(Math.exp(-1), 12);
});

test('flags: numbers, lists, ranges, words, JSON, files of earlier results', async () => {
  const film = await driftless([
    'optics',
    'thin-film',
    '--wavelength-nm',
    '400:600:100',
    '--angle-deg',
    '70',
    '--substrate',
    'Si',
    '--films',
    '[{"material":"SiO2","thicknessNm":10}]',
  ]);
  expect(JSON.parse(film.out).wavelengthNm).toEqual([400, 500, 600]);
  writeFileSync(
    join(dir, 'runs.csv'),
    `a,b,cd\n${Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(i), 5 + 2 * Math.sin(i) - Math.cos(i)].join(',')).join('\n')}\n`,
  );
  const trained = await driftless([
    'vm',
    'pls-train',
    'runs.csv',
    '--map',
    'y=cd',
    '--components',
    '2',
    '--validation',
    'none',
    '--out',
    'trained.json',
  ]);
  expect(trained.code).toBe(0);
  const predicted = await driftless(['vm', 'pls-predict', '--model', '@trained.json', '--x', '[[0.3, 0.1]]']);
  expect(JSON.parse(predicted.out).predictions[0].responses[0].value).toBeCloseTo(5 + 0.6 - 0.1, 6);
  const laney = await driftless(['spc', 'c', '--counts', '1,2,3,4', '--no-laney']);
  expect(JSON.parse(laney.out).sigmaZ).toBe(1);
});

test.each([
  [['overlay', 'fit', 'nothing.csv'], /^driftless: nothing\.csv cannot be read \(ENOENT\)/],
  [['overlay', 'fit', 'marks.csv', '--map', 'dx=ovl'], /marks\.csv: --map: there is no column "ovl"; columns are/],
  [['overlay', 'fit', 'marks.csv', '--terms', 'tx,zz'], /terms: "zz" is no term/],
  [['overlay', 'fit', 'marks.csv', '--robust', 'maybe'], /^driftless: robust: /],
  [['overlay', 'fit', 'marks.csv', '--colour', 'red'], /unknown option '--colour'/],
  [['overlay', 'fit', 'marks.csv', '--out', '/no/such/place.json'], /--out: .* cannot be written/],
  [['spc', 'constants'], /n: is missing/],
  [['spc', 'ewma', '--values', '1,NaN'], /--values: "NaN" is not a number/],
  [['spc', 'nothing'], /spc has no function "nothing"; it has individuals/],
  [['nothing'], /there is no capability "nothing"; there are spc/],
])('%j: exit code 2, one line with the remedy, nothing on standard output', async (args, message) => {
  const { code, out, err } = await driftless(args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(message);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('bad cells and bad JSON name their place', async () => {
  const cell = await driftless(['overlay', 'statistics', '-'], 'dx,dy\n1,2\n3,x\n');
  expect([cell.code, cell.err]).toEqual([2, expect.stringMatching(/standard input: dy: line 3 holds "x"/)]);
  const nan = await driftless(['spc', 'ewma', '-'], '{"values": [1, NaN]}');
  expect([nan.code, nan.err]).toEqual([2, expect.stringMatching(/not JSON.*send null/)]);
});

test('help tells the capabilities, the functions, and fields with units', async () => {
  expect((await driftless(['--help'])).out).toMatch(/overlay +Overlay models/);
  expect((await driftless(['overlay', '--help'])).out).toMatch(/correctables .*Correctables/);
  const { code, out } = await driftless(['overlay', 'fit', '--help']);
  expect(code).toBe(0);
  expect(out).toMatch(/--dx <a,b,…> +Overlay x, nm/);
  expect(out).toMatch(/CSV in: columns fieldX\? \(mm\)/);
});

test('progress goes to standard error, the result stays as it is', async () => {
  const args = ['spc', 'arl', '--rules', 'WE1,WE4', '--shifts', '0:2:0.25'];
  const plain = await driftless(args);
  const watched = await driftless([...args, '--progress']);
  expect(watched.out).toBe(plain.out);
  expect([plain.err, watched.code]).toEqual(['', 0]);
  expect(watched.err).not.toBe('');
});

test('a reader that goes away is no fault', async () => {
  const child = spawn(
    process.execPath,
    [LAUNCHER, 'optics', 'material', '--material', 'SiO2', '--wavelength-nm', '300:1000:0.01'],
    {
      cwd: dir,
    },
  );
  child.stdin.end();
  child.stdout.once('data', () => child.stdout.destroy());
  expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
});

test('a file as a spreadsheet writes it: UTF-16, sep=, decimal commas, a blank row; and what may be thousands is refused', async () => {
  const text = 'sep=;\r\nvalue;lot\r\n9,8;a\r\n\r\n10,1;b\r\n10,4;c\r\n9,9;d\r\n';
  writeFileSync(join(dir, 'sheet.csv'), Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]));
  const { code, out, err } = await driftless(['spc', 'individuals', 'sheet.csv', '--center', '10', '--sigma', '0.1']);
  expect([code, err]).toEqual([0, '']);
  expect(JSON.parse(out).values).toEqual([9.8, null, 10.1, 10.4, 9.9]);
  expect(JSON.parse(out).beyondLimits).toEqual([3]);
  const thousands = await driftless(['spc', 'individuals', '-'], 'value\tlot\n1,234\ta\n2\tb\n');
  expect([thousands.code, thousands.err]).toEqual([2, expect.stringMatching(/line 2 holds "1,234" has a separator/)]);
});

test('options are obeyed or refused: exit code 2', async () => {
  const out = await driftless(['spc', 'individuals', '--values', '1,2,3,2', '--exclude', '99']);
  expect([out.code, out.out, out.err]).toEqual([2, '', expect.stringMatching(/^driftless: exclude: 99 is no place in values/)]);
});

test('an option is given once; lists of columns may come in parts', async () => {
  const values = ['spc', 'individuals', '--values', '1,2,3,2'];
  const twice = await driftless([...values, '--sigma', '1', '--sigma', '2']);
  expect([twice.code, twice.out, twice.err]).toEqual([
    2,
    '',
    expect.stringMatching(/^driftless: --sigma: is given twice, "1" and "2"/),
  ]);
  const text = 'a,b,c\n1,8,5\n2,9,6\n';
  const both = await driftless(['spc', 'individuals', '-', '--map', 'values=a,values=b'], text);
  expect([both.code, both.err]).toEqual([2, expect.stringMatching(/^driftless: --map: field "values" is given twice/)]);
  const parts = await driftless(['spc', 'individuals', '-', '--map', 'values=a', '--ignore', 'b', '--ignore', 'c'], text);
  expect(JSON.parse(parts.out).values).toEqual([1, 2]);
});

test('a file in an older code page is refused with its line, even where the column is ignored', async () => {
  writeFileSync(join(dir, 'latin.csv'), Buffer.from('values,note\n1,ok\n2,\xe9t\xe9\n3,ok\n', 'latin1'));
  const { code, out, err } = await driftless(['spc', 'individuals', 'latin.csv', '--ignore', 'note']);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/latin\.csv: line 3 is not UTF-8; save the file as UTF-8/);
});
