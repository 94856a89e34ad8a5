import { expect, test } from 'vitest';
import { buildLibrary, type SpectralLibrary, type StarterKind, trainStarter } from './index';

const channels = 30;
const model = (p: Float64Array): Float64Array =>
  Float64Array.from({ length: channels }, (_, i) => {
    const k = 1 + i / channels;
    return 0.5 + 0.3 * p[1]! * Math.cos(p[0]! * k);
  });
function library(count: number, skip: number): SpectralLibrary {
  const steps = buildLibrary(model, {
    names: ['thickness', 'contrast'],
    lower: [4, 0.6],
    upper: [5, 1.4],
    channels,
    count,
    layout: { kind: 'sobol', seed: 2, skip },
  });
  for (;;) {
    const s = steps.next();
    if (s.done) return s.value;
  }
}
const sigma = new Float64Array(channels).fill(0.004);
const training = library(600, 0);
const heldBack = library(150, 600);
const kinds: readonly StarterKind[] = [
  { kind: 'polynomial', degree: 1 },
  { kind: 'polynomial', degree: 3 },
  { kind: 'gaussian-process', points: 120 },
  { kind: 'network', hidden: [16], epochs: 500 },
];

test('each regression recovers held-back parameters within 1.5 % of its range; a straight line cannot', {
  timeout: 30_000,
}, () => {
  const errors = kinds.map((k) => trainStarter(k, training, sigma, heldBack, { components: 4 }).error);
  for (const e of errors) {
    expect(e.count).toBe(150);
    for (let j = 0; j < 2; j++) {
      expect(e.rms[j]!).toBeLessThanOrEqual(e.max[j]!);
      expect(e.p95[j]!).toBeLessThanOrEqual(e.max[j]!);
    }
  }
  for (const e of errors.slice(1)) {
    expect(e.rms[0]).toBeLessThan(0.015);
    expect(e.rms[1]).toBeLessThan(0.015);
    expect(e.rms[0]).toBeLessThan(errors[0]!.rms[0]!);
  }
});

test('without noise the error is that of the regression alone; estimates stay inside the box', () => {
  const how: StarterKind = { kind: 'polynomial', degree: 3 };
  const noisy = trainStarter(how, training, sigma, heldBack, { components: 4 });
  const clean = trainStarter(how, training, sigma, heldBack, { components: 4, noise: false });
  expect(clean.error.rms[0]).toBeLessThan(noisy.error.rms[0]!);
  const far = clean.predict(new Float64Array(channels).fill(5));
  expect(far[0]).toBeGreaterThanOrEqual(4);
  expect(far[0]).toBeLessThanOrEqual(5);
  const other = { ...heldBack, header: { ...heldBack.header, names: ['a', 'b'] } };
  expect(() => trainStarter(how, training, sigma, other)).toThrow(/another model/);
});
