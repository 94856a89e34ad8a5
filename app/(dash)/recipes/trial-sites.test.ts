import { expect, test } from 'vitest';
import type { TrialSites, TrialWaferView } from '@/lib/services/recipes/views/trial';
import { prepareTrialSites, trialTable } from './trial-sites.prepare';

const f = (...v: number[]): Float64Array => Float64Array.from(v);
const nan = Number.NaN;
const wafer = (slot: number, over: Partial<TrialWaferView>): TrialWaferView => ({
  spectrumId: `s${slot}`,
  lot: 'L1',
  slot,
  station: 'ELL-01',
  measuredMs: Date.UTC(2026, 0, slot),
  x: f(0, 50, -50),
  y: f(0, 20, 20),
  radiusMm: 150,
  edgeExclusionMm: 3,
  draft: ['accepted', 'accepted', 'poor_fit'],
  base: ['accepted', 'at_bound', 'poor_fit'],
  shifts: [
    {
      draft: f(8.2, 8.4, 9),
      uDraft: f(0.1, 0.1, 1),
      base: f(8, 8.1, nan),
      uBase: f(0.05, 0.1, nan),
      shift: f(0.2, nan, nan),
      shiftInU: f(2, nan, nan),
    },
  ],
  ...over,
});
const trial: TrialSites = {
  parameters: [{ name: 't', label: 'Film', unit: 'nm' }],
  wafers: [
    wafer(1, {}),
    wafer(2, {
      draft: ['accepted', 'accepted', 'accepted'],
      base: ['accepted', 'accepted', 'accepted'],
      shifts: [
        {
          draft: f(8, 8, 8),
          uDraft: f(0.1, 0.1, 0.1),
          base: f(8.5, 8, 8),
          uBase: f(0.1, 0.1, 0.1),
          shift: f(-0.5, 0, 0),
          shiftInU: f(5, 0, 0),
        },
      ],
    }),
  ],
};

test('the map shows the shift of one wafer on the range of all, around 0; what both do not accept is missing', () => {
  const m = prepareTrialSites(trial, 0, 0)!;
  expect(m.title).toBe('Film, draft − in force, L1.01');
  expect(Array.from(m.map.value)).toEqual([0.2, nan, nan]);
  expect(m.map.missing).toBe('not accepted by both');
  expect(m.scale).toMatchObject({ map: 'diverging', min: -0.5, max: 0.5, centre: 0 });
  expect(prepareTrialSites(trial, 1, 0)!.scale).toEqual(m.scale);
});

test('the table has a row a site, with both values and what each recipe says of it', () => {
  const { rows } = prepareTrialSites(trial, 0, 0)!;
  expect(rows.map((r) => [r.site, r.state, r.isChanged])).toEqual([
    [1, 'accepted', false],
    [2, 'refused: at a bound → accepted', true],
    [3, 'refused: poor fit', false],
  ]);
  expect(rows[0]).toMatchObject({ base: 8, uBase: 0.05, draft: 8.2, uDraft: 0.1, shift: 0.2, shiftInU: 2 });
});

test('nothing to compare with is no map; the export holds every site of every wafer, gaps empty', () => {
  const alone = { parameters: [], wafers: [wafer(1, { base: null, shifts: [] })] };
  expect(prepareTrialSites(alone, 0, 0)).toBeNull();
  const { header, rows } = trialTable(trial);
  expect(rows.length).toBe(6);
  for (const r of rows) expect(r.length).toBe(header.length);
  expect(header.slice(-2)).toEqual(['shift of t (nm)', 'shift of t in u']);
  const two = trialTable({ parameters: [...trial.parameters, { name: 'n', label: '', unit: '1' }], wafers: [] }).header;
  expect(new Set(two).size).toBe(two.length);
  expect(rows[1]!.slice(-2)).toEqual([null, null]);
  expect(rows[3]!.slice(0, 5)).toEqual(['L1', 2, '2026-01-02T00:00:00.000Z', 'ELL-01', 1]);
  expect(rows[3]!.at(-2)).toBe(-0.5);
});
