import { expect, test } from 'vitest';
import { complexArray, createRng } from '@/lib/numerics';
import { psiDelta, radians, refractiveIndex, thinFilm } from '@/lib/optics';
import { reflectivityFromSld } from '@/lib/xray';
import { cofit, type Dataset, type ParameterSpec } from './index';

const wavelengths = Array.from({ length: 15 }, (_, i) => 350 + 30 * i);
const flat = (re: number, im = 0) => complexArray(15, new Float64Array(15).fill(re), new Float64Array(15).fill(im));
const q = Array.from({ length: 50 }, (_, i) => 0.03 + 0.012 * i);
const THICKNESS = 1.5;
const INDEX = 1.9;

function ellipsometry(angleDeg: number, seed: number): Dataset {
  const model = (p: Float64Array): Float64Array => {
    const index = refractiveIndex({ kind: 'cauchy', a: p[1]!, bUm2: 0.012, cUm4: 0 }, wavelengths);
    const stack = { ambient: flat(1), films: [{ thicknessNm: p[0]!, index }], substrate: flat(3.9, 0.03) };
    const { rp, rs } = thinFilm(stack, wavelengths, radians(angleDeg));
    const { psiDeg, deltaDeg } = psiDelta(rp, rs);
    return Float64Array.from([...psiDeg, ...deltaDeg]);
  };
  const rng = createRng(seed);
  const sigma = Float64Array.from({ length: 30 }, (_, i) => (i < 15 ? 0.02 : 0.06));
  return {
    name: `ellipsometry ${angleDeg}°`,
    model,
    data: model(Float64Array.of(THICKNESS, INDEX)).map((v, i) => v + sigma[i]! * rng.normal()),
    sigma,
    periodic360: Array.from({ length: 30 }, (_, i) => i >= 15),
    parameters: ['thickness', 'index'],
  };
}

function xrr(seed: number): Dataset {
  const model = (p: Float64Array): Float64Array =>
    reflectivityFromSld(
      [
        { thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
        { thicknessA: 10 * p[0]!, sld: 32, isld: 0.3, roughnessTopA: p[1]! },
        { thicknessA: 0, sld: 20.1, isld: 0.46, roughnessTopA: 2 },
      ],
      q,
    );
  const rng = createRng(seed);
  const clean = model(Float64Array.of(THICKNESS, 3));
  const sigma = clean.map((r) => 0.02 * r + 1e-8);
  return {
    name: 'XRR',
    model,
    data: clean.map((v, i) => v + sigma[i]! * rng.normal()),
    sigma,
    parameters: ['thickness', 'roughness'],
  };
}

const free = (name: string, start: number, lower: number, upper: number): ParameterSpec => ({
  kind: 'free',
  name,
  start,
  lower,
  upper,
});
const film = [free('thickness', 1.7, 0.2, 10), free('index', 1.8, 1.3, 2.6)];

test('two angles and X-rays together separate the thickness of a very thin film from its index', () => {
  const one = cofit([ellipsometry(65, 1)], film);
  const two = cofit([ellipsometry(65, 1), ellipsometry(75, 2)], film);
  const all = cofit([ellipsometry(65, 1), ellipsometry(75, 2), xrr(3)], [...film, free('roughness', 2, 0, 10)]);
  expect(Math.abs(one.fit.correlation[1]!)).toBeGreaterThan(0.95);
  expect(two.standardErrors[0]!).toBeLessThan(one.standardErrors[0]!);
  expect(all.standardErrors[0]!).toBeLessThan(0.5 * two.standardErrors[0]!);
  expect(all.standardErrors[1]!).toBeLessThan(0.8 * two.standardErrors[1]!);
  expect(all.fit.isIdentifiable).toBe(true);
  for (const [j, truth] of [THICKNESS, INDEX, 3].entries())
    expect(Math.abs(all.values[j]! - truth)).toBeLessThan(4 * all.standardErrors[j]!);
  for (const d of all.datasets) expect(d.chi2 / d.count).toBeLessThan(2);
});
