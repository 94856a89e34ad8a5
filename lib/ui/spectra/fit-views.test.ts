import { expect, test } from 'vitest';
import type { MetrologyRecipe } from '@/lib/recipes';
import { parseRgb } from '../maps/colour-scale';
import { contrast } from '../tokens';
import { channelInputs } from './channel-curves';
import { correlationColours, prepareCorrelation } from './correlation.prepare';
import { prepareSensitivity } from './sensitivity.prepare';
import { siteVerdict, waferVerdict } from './site-status';

const AIR = { kind: 'constant', n: 1, k: 0 } as const;
const base = { label: '', unit: 'nm', reportAs: null };
const recipe: MetrologyRecipe = {
  sample: { kind: 'film-stack', ambient: AIR, films: [{ name: 'f', material: AIR, thicknessNm: 'top' }], substrate: AIR },
  parameters: [
    { ...base, name: 'top', value: 10, role: { kind: 'free', lower: 0, upper: 20 } },
    { ...base, name: 'twin', value: 20, role: { kind: 'tied', offset: 0, terms: [{ parameter: 'top', factor: 2 }] } },
    { ...base, name: 'index', value: 1.5, role: { kind: 'fed', u: 0.01 } },
    { ...base, name: 'set', value: 3, role: { kind: 'fixed' } },
  ],
  channels: [
    { name: 'psi 70', quantity: 'psi', angleDeg: 70, sigma: { absolute: 0.1, relative: 0 } },
    { name: 'delta 70', quantity: 'delta', angleDeg: 70, sigma: { absolute: 0.1, relative: 0 } },
  ],
  range: { from: 400, to: 500 },
  fit: { starts: 1, maxIterations: 10, seed: 1 },
  accept: { reducedChi2: 4 },
};
const axis = { kind: 'wavelength', nm: [300, 400, 500] } as const;

test('channels follow their names, not their places; what is not fitted comes last and has no model', () => {
  const plots = channelInputs(
    {
      recipe,
      axis: { kind: 'wavelength', nm: [...axis.nm] },
      channels: ['depolarisation', 'delta 70', 'psi 70'],
      values: [9, 9, 9, 101, 102, 103, 41, 42, 43],
      sigma: [Number.NaN, Number.NaN, Number.NaN, 2, 2, 2, 1, 1, 1],
      modelled: [42.5, 43.5, 102.5, 103.5],
    },
    'A1.01 site 3',
  );
  expect(plots.map((p) => p.channel)).toEqual(['delta 70', 'psi 70', 'depolarisation, not fitted']);
  const [delta, psi, rest] = plots;
  expect([...(delta!.modelled as Float64Array)]).toEqual([Number.NaN, 102.5, 103.5]);
  expect([...(psi!.modelled as Float64Array)]).toEqual([Number.NaN, 42.5, 43.5]);
  expect([...(psi!.measured as Float64Array)]).toEqual([41, 42, 43]);
  expect(delta).toMatchObject({ period: 360, unit: '°', title: 'A1.01 site 3, delta 70' });
  expect(rest).toMatchObject({ modelled: null, sigma: null });
});

test('a sensitivity takes the tied parameters along and leaves out what cannot be moved', () => {
  const at = { recipe, axis: { kind: 'wavelength' as const, nm: [400, 500] }, values: [10, 20, 1.5, 3], u: [0.5, 1, 0, 0] };
  // One row per value: psi at 400 and 500, delta at 400 and 500; columns top, twin, index, set.
  const jacobian = [1, 10, 5, 0, 2, 20, 6, 0, 3, 30, 7, 0, 4, 40, 8, 0];
  const [psi, delta] = prepareSensitivity({ ...at, jacobian, step: 'percent' });
  expect(psi!.series.map((s) => s.parameter)).toEqual(['top', 'index']);
  expect(psi!.series[0]!.values[0]).toBeCloseTo((1 + 2 * 10) * 0.1, 12);
  expect(delta!.series[0]!.values[1]).toBeCloseTo((4 + 2 * 40) * 0.1, 12);
  expect(delta!.series[1]!.values[0]).toBeCloseTo(7 * 0.015, 12);
  const signed = {
    ...recipe,
    parameters: recipe.parameters.map((p) =>
      p.name === 'top' ? { ...p, role: { kind: 'free' as const, lower: -30, upper: 20 } } : p,
    ),
  };
  const [tilted] = prepareSensitivity({ ...at, recipe: signed, values: [0, 0, 1.5, 3], jacobian, step: 'percent' });
  expect(tilted!.series[0]).toMatchObject({ parameter: 'top', label: 'top, of its range' });
  expect(tilted!.series[0]!.values[0]).toBeCloseTo((1 + 2 * 10) * 0.5, 12);
  const byU = prepareSensitivity({ ...at, jacobian, step: 'u' });
  expect(byU[0]!.series.map((s) => s.parameter)).toEqual(['top']);
  expect(byU[0]!.series[0]!.values[1]).toBeCloseTo((2 + 2 * 20) * 0.5, 12);
});

test('correlations of the chosen parameters, with the strongest pair; without a variance there is none', () => {
  // Three parameters, the middle one fixed.
  const c = [4, 0, -3, 0, 0, 0, -3, 0, 9];
  const m = prepareCorrelation(c, 3, [
    { at: 0, label: 'cd' },
    { at: 2, label: 'height' },
  ]);
  expect(m.rows[0]![1]).toBeCloseTo(-0.5, 12);
  expect(m.rows[1]![1]).toBe(1);
  expect(m.strongest).toEqual({ a: 'cd', b: 'height', value: -0.5 });
  expect(
    prepareCorrelation(c, 3, [
      { at: 0, label: 'cd' },
      { at: 1, label: 'fixed' },
    ]),
  ).toMatchObject({ strongest: null });
  expect(prepareCorrelation([Number.POSITIVE_INFINITY], 1, [{ at: 0, label: 'x' }]).rows[0]![0]).toBeNaN();
});

test('every cell of the heat map can be read', () => {
  const hex = (css: string): string =>
    css.startsWith('#')
      ? css
      : `#${parseRgb(css)
          .map((v) => v.toString(16).padStart(2, '0'))
          .join('')}`;
  for (let r = -1; r <= 1; r += 0.05) {
    const { background, color } = correlationColours(r)!;
    expect(contrast(hex(background), color), String(r)).toBeGreaterThanOrEqual(4.5);
  }
  expect(correlationColours(Number.NaN)).toBeNull();
});

test('a refusal says why and what to do; one that this page does not know keeps its name', () => {
  for (const s of ['poor_fit', 'not_identifiable', 'at_bound', 'not_converged', 'failed']) {
    const v = siteVerdict(s);
    expect(v.status).toBe('out');
    expect(v.remedy).not.toBe('');
  }
  expect(siteVerdict('too_bright').word).toBe('refused: too bright');
  expect(siteVerdict(null).status).toBe('idle');
  expect([waferVerdict(13, 13), waferVerdict(12, 13), waferVerdict(0, 13), waferVerdict(null, 13)].map((v) => v.status)).toEqual([
    'ok',
    'warn',
    'out',
    'idle',
  ]);
});
