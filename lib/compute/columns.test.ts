import { describe, expect, test } from 'vitest';
import { parseCsv } from '@/lib/formats/csv/parse';
import { answer } from './answer';
import { functionAt } from './registry';
import { inputFromTable } from './table';

const read = async (path: string, text: string, map: Record<string, string> = {}, ignore: string[] = []) =>
  inputFromTable(await functionAt(path), parseCsv(text), map, ignore);

describe('the unit of a column is read, and brought to that of the field', () => {
  test.each([
    ['x (um),y [µm],value (nm)\n1000,-2000,5\n', { x: [1], y: [-2], value: [5] }],
    ['x (cm),y (m),value\n1,0.02,5\n', { x: [10], y: [20], value: [5] }],
    ['x,y (mm),value,u\n1,2,5,0.1\n', { x: [1], y: [2], value: [5], u: [0.1] }],
    ['x,y,value (nm),u (Å)\n1,2,5,\n1,2,5,1\n', { x: [1, 1], y: [2, 2], value: [5, 5], u: [null, 0.1] }],
  ])('sites: %j', async (text, want) => expect(await read('spatial/kriging', text)).toEqual(want));

  test('overlay in micrometres, q in 1/nm, wavelengths in micrometres, angles in radians', async () => {
    expect(await read('overlay/statistics', 'dx (um),dy (nm)\n0.003,2\n')).toEqual({ dx: [3], dy: [2] });
    expect(await read('xrr/reflectivity', 'q (1/nm)\n0.5\n1\n')).toEqual({ qPerA: [0.05, 0.1] });
    expect(await read('optics/material', 'Wavelength (um),\n0.633,\n')).toEqual({ wavelengthNm: [633] });
    expect(await read('saxs/lines', 'qx (1/Å),qz (1/nm)\n0.01,0.5\n')).toEqual({ qxPerNm: [0.1], qzPerNm: [0.5] });
  });

  test('readings of one quantity come into one unit', async () => {
    const { subgroups } = (await read('spc/xbar-r', 'p1 (nm),p2 (Å)\n1,20\n2,30\n')) as { subgroups: number[][] };
    expect(subgroups).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test('what cannot be converted is refused with the unit named', async () => {
    await expect(read('spatial/kriging', 'x (wafer),y,value\n1,2,3\n')).rejects.toThrow(/^x \(wafer\): "wafer" is no unit.*mm/);
    await expect(read('spatial/kriging', 'x (deg),y,value\n1,2,3\n')).rejects.toThrow(/"deg" is no unit that can become mm/);
    await expect(read('spatial/kriging', 'x,y,value (nm),u (%)\n1,2,3,4\n')).rejects.toThrow(/"%" is no unit that can become nm/);
    await expect(read('xrr/reflectivity', 'qPerA (1/nm),\n0.5,\n')).rejects.toThrow(/name says 1\/Å, the brackets say 1\/nm/);
  });
});

describe('no column is ignored', () => {
  test('numbers that no field takes are refused, labels stand beside the data', async () => {
    await expect(read('spatial/kriging', 'x,y,value,weight\n1,2,3,4\n')).rejects.toThrow(
      /^weight: no field of spatial\/kriging takes this column.*--ignore "weight"/,
    );
    expect(await read('spatial/kriging', 'x,y,value,weight\n1,2,3,4\n', {}, ['weight'])).toEqual({ x: [1], y: [2], value: [3] });
    expect(await read('spc/individuals', 'values,lot\n1,A7\n2,A8\n')).toEqual({ values: [1, 2] });
    await expect(read('spc/xbar-r', 'subgroup,value,slot\na,1,1\na,2,2\n')).rejects.toThrow(/^slot: /);
  });

  test('two columns for one field, a column mapped and ignored', async () => {
    await expect(read('spc/individuals', 'values,Values (nm)\n1,2\n')).rejects.toThrow(
      /"values" and "Values \(nm\)" could both be meant/,
    );
    await expect(read('spc/individuals', 'a,b\n1,2\n', { values: 'a' }, ['a', 'b'])).rejects.toThrow(
      /^--map: .*--ignore passes over/,
    );
    expect(await read('spc/individuals', 'values,Values (nm)\n1,2\n', { values: 'Values (nm)' }, ['values'])).toEqual({
      values: [2],
    });
  });
});

describe('points and commas of one column', () => {
  const values = async (...cells: string[]) =>
    (await read('spc/individuals', `values;lot\n${cells.map((c) => `${c};a`).join('\n')}\n`))['values'];
  test('what may be thousands beside the other mark is refused', async () => {
    await expect(values('1.234', '2,5', '4,5')).rejects.toThrow(/line 2 holds "1.234" has a separator/);
    await expect(values('1,234', '2.5')).rejects.toThrow(/line 2 holds "1,234" has a separator/);
    await expect(values('1.234', '1,234')).rejects.toThrow(/separator/);
  });
  test('one mark is the decimal mark, also with three decimals', async () => {
    expect(await values('1,234', '2,345')).toEqual([1.234, 2.345]);
    expect(await values('1.234', '2.5')).toEqual([1.234, 2.5]);
  });
});

test('what an instrument averages over stands in the table as in the JSON', async () => {
  const film = { material: { kind: 'constant', n: 1.46, k: 0 }, thicknessNm: 1000 };
  const base = { wavelengthNm: [600], angleDeg: 70, films: [film], substrate: { kind: 'constant', n: 3.9, k: 0.02 } };
  for (const option of [{ bandwidthNm: 20 }, { convergenceDeg: 0.5 }, { thicknessSigmaNm: 20 }]) {
    const text = JSON.stringify({ ...base, ...option });
    const json = JSON.parse((await answer({ path: 'optics/thin-film', text })).text);
    const [header, row] = (await answer({ path: 'optics/thin-film', text, format: 'csv' })).text.trim().split('\n');
    const csv = Object.fromEntries(header!.split(',').map((name, k) => [name, Number(row!.split(',')[k])]));
    for (const name of ['Rs', 'Rp', 'Ts', 'Tp', 'psiDeg', 'deltaDeg', 'n', 'c', 's', 'depolarisation'])
      expect(csv[name], name).toBe(json[name][0]);
    for (const name of ['Rs', 'n', 'c', 's', 'depolarisation']) expect(json[name]).toEqual(json.spread[name]);
    expect(json.depolarisation[0]).toBeGreaterThan(1e-3);
    expect(json).not.toHaveProperty('rs');
  }
});
