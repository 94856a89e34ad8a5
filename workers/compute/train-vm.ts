import { parentPort, workerData } from 'node:worker_threads';
import type { TrainingSet } from '@/lib/services/vm/train';
import { trainPls } from '@/lib/vm';

/** Trains a PLS model on a thread of its own, so that the worker keeps renewing its locks. */
const set = workerData as TrainingSet;
const model = trainPls(
  { x: set.x, y: Array.from(set.y, (v) => [v]), sensors: set.inputs, responses: [set.parameter] },
  { maxComponents: set.maxComponents, groups: set.lots, validation: 'time' },
);
parentPort?.postMessage(model);
