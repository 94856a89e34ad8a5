import { expect, test } from 'vitest';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { decodeSurrogate } from '@/lib/inversion';
import { createRng } from '@/lib/numerics';
import { compileRecipe, fitSite, recipeSigma, type SurrogateCheckpoint, type SurrogateOutcome, trainSurrogate } from './index';

const axis: SpectrumAxis = { kind: 'wavelength', nm: Array.from({ length: 21 }, (_, i) => 320 + 20 * i) };
/** Two free parameters; small, so that the whole training takes seconds. */
const recipe: MetrologyRecipe = {
  sample: {
    kind: 'film-stack',
    ambient: { kind: 'constant', n: 1, k: 0 },
    films: [{ name: 'oxide', material: { kind: 'cauchy', a: 'n', bUm2: 0.004, cUm4: 0 }, thicknessNm: 'thickness' }],
    substrate: { kind: 'library', name: 'Si' },
  },
  parameters: [
    { name: 'thickness', label: 't', unit: 'nm', value: 60, role: { kind: 'free', lower: 54, upper: 66 }, reportAs: null },
    { name: 'n', label: 'n', unit: '1', value: 1.46, role: { kind: 'free', lower: 1.44, upper: 1.48 }, reportAs: null },
  ],
  channels: [
    { name: 'psi', quantity: 'psi', angleDeg: 70, sigma: { absolute: 0.05, relative: 0 } },
    { name: 'delta', quantity: 'delta', angleDeg: 70, sigma: { absolute: 0.2, relative: 0 } },
  ],
  range: { from: 320, to: 720 },
  fit: { starts: 1, maxIterations: 60, seed: 3 },
  accept: { reducedChi2: 3 },
};
const work = {
  recipe,
  axis,
  truncation: null,
  settings: { samples: 120, heldBack: 20, hidden: [32, 32], components: 12, epochs: 250, seed: 3 },
};

/** The whole training; `pauses` are the steps after which it is stopped and taken up again from its checkpoint. */
function train(pauses: readonly number[]): { outcome: SurrogateOutcome; steps: number } {
  let from: SurrogateCheckpoint | null = null;
  let steps = 0;
  for (;;) {
    const run = trainSurrogate(work, from);
    for (;;) {
      const s = run.next();
      if (s.done) return { outcome: s.value, steps };
      steps++;
      if (pauses.includes(steps)) {
        from = s.value.checkpoint();
        break;
      }
    }
  }
}

test('a training that was stopped in each of its phases ends with the same bits; the fit it starts is the rigorous one', () => {
  const whole = train([]);
  const stopped = train([7, 140, whole.steps - 3]);
  expect(Buffer.from(stopped.outcome.model).equals(Buffer.from(whole.outcome.model))).toBe(true);
  expect(stopped.outcome.error.overall.rms).toBe(whole.outcome.error.overall.rms);
  expect(whole.outcome.error.overall.rmsSigma).toBeLessThan(3);

  const surrogate = decodeSurrogate(whole.outcome.model);
  const compiled = compileRecipe(recipe, axis);
  const rng = createRng(9);
  const clean = compiled.model(Float64Array.of(61.3, 1.466));
  const sigma = recipeSigma(compiled, clean);
  const data = clean.map((v, i) => (v + sigma[i]! * rng.normal() + 360) % 360);
  const fast = fitSite(compiled, data, sigma, surrogate);
  const slow = fitSite(compiled, data, sigma);
  expect(fast.status).toBe('accepted');
  expect(fast.path).toBe('surrogate');
  expect(slow.path).toBe('rigorous');
  for (const j of [0, 1]) {
    expect(Math.abs(fast.values[j]! - slow.values[j]!)).toBeLessThan(0.1 * slow.u[j]!);
    expect(fast.u[j]! / slow.u[j]!).toBeCloseTo(1, 2);
  }
});
