import { expect, test } from 'vitest';
import { createRng } from '@/lib/numerics';
import { fitTrainingSet } from '@/lib/services/vm/fit-training-set';
import type { Trained, TrainingSet } from '@/lib/services/vm/train';
import { threadsOf } from './threads';

function trainingSet(): TrainingSet {
  const rng = createRng(5);
  const x = Array.from({ length: 60 }, () => Float64Array.from({ length: 4 }, () => rng.normal()));
  const lots = x.map((_, i) => `L${i >> 2}`);
  const at = x.map((_, i) => 60_000 * i);
  return {
    inputs: ['pressure', 'power', 'flow', 'temperature'],
    parameter: 'depth',
    x,
    y: Float64Array.from(x, (r) => 100 + 2 * r[0]! - r[1]! + 0.1 * rng.normal()),
    lots,
    at,
    runs: { x, lots, at },
    maxComponents: 3,
  };
}

test('a model trained on a thread is the one trained here, again and again, and a set that cannot be trained on is refused by its code', async () => {
  const threads = threadsOf<TrainingSet, Trained>('train-vm');
  const set = trainingSet();
  try {
    const here = fitTrainingSet(set);
    for (let i = 0; i < 2; i++) expect(await threads.run(set)).toEqual(here);
    await expect(threads.run({ ...set, y: set.y.map(() => 1) })).rejects.toMatchObject({
      name: 'AppError',
      code: 'out_of_domain',
    });
  } finally {
    await threads.stop();
  }
});
