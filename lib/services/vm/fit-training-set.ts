import { domainLimits, trainPls } from '@/lib/vm';
import type { Trained, TrainingSet } from './train';

/** The model of a training set, with the limits of its domain from the runs of later blocks of it. Pure; seconds of arithmetic. */
export function fitTrainingSet(set: TrainingSet): Trained {
  const model = trainPls(
    { x: set.x, y: Array.from(set.y, (v) => [v]), sensors: set.inputs, responses: [set.parameter] },
    { maxComponents: set.maxComponents, groups: set.lots, validation: 'time' },
  );
  const measured = set.x.map((x, i) => ({ x, y: set.y[i]!, context: set.lots[i]!, at: set.at[i]! }));
  const runs = set.runs.x.map((x, i) => ({ x, context: set.runs.lots[i]!, at: set.runs.at[i]! }));
  return { model, domain: domainLimits(model, measured, runs) };
}
