import { type Instrument, reflectivityFromIndex, reflectivityFromSld, sldFromDelta } from '@/lib/xray';
import { has, num, objects, str, vec } from '../read';
import type { Input, ReferenceCase, ReferenceMethod } from '../types';
import { Checker } from './read';

// One width for all points, or a width for each.
const widths = (input: Input, n: number): number[] =>
  Array.isArray(input['dq_sigma_per_A']) ? vec(input, 'dq_sigma_per_A') : new Array<number>(n).fill(num(input, 'dq_sigma_per_A'));

function compute({ input }: ReferenceCase): Float64Array {
  const q = vec(input, 'q_per_A');
  const instrument: Instrument = {
    scale: num(input, 'scale', 1),
    background: num(input, 'background', 0),
    ...(has(input, 'dq_sigma_per_A') ? { resolution: { sigmaPerA: widths(input, q.length) } } : {}),
  };
  const layers = objects(input, 'layers');
  const common = (l: (typeof layers)[number]) => ({
    thicknessA: num(l, 'thickness_A', 0),
    roughnessTopA: num(l, 'roughness_top_A', 0),
  });
  if (str(input, 'form', 'sld') === 'index')
    return reflectivityFromIndex(
      layers.map((l) => ({ ...common(l), delta: num(l, 'delta'), beta: num(l, 'beta') })),
      num(input, 'wavelength_A'),
      q,
      instrument,
    );
  const sld = (l: (typeof layers)[number], plain: string, index: string): number =>
    has(l, plain) ? num(l, plain) : has(l, index) ? sldFromDelta(num(l, index), num(input, 'wavelength_A')) : 0;
  return reflectivityFromSld(
    layers.map((l) => ({
      ...common(l),
      sld: sld(l, 'sld_1e6_per_A2', 'delta'),
      isld: sld(l, 'isld_1e6_per_A2', 'beta'),
    })),
    q,
    instrument,
  );
}

/** Resolution cases are held to `tight_rel`, since the default quadrature has more than 101 points. */
export const reflectivityMethod: ReferenceMethod = {
  compute,
  compare: (got, c) => {
    const out = new Checker();
    const rel = (c.tolerance['tight_rel'] as number | undefined) ?? c.tolerance.rel!;
    const expected = vec(c.expected, 'R');
    const r = got as Float64Array;
    for (let i = 0; i < expected.length; i++) out.value(`R[${i}]`, r[i], expected[i], rel * expected[i]!);
    return out.out;
  },
};
