import { parentPort, workerData } from 'node:worker_threads';
import { fitTrainingSet } from '@/lib/services/vm/fit-training-set';
import type { TrainingSet } from '@/lib/services/vm/train';

/** Trains a model on a thread of its own, so that the worker keeps renewing its locks. */
parentPort?.postMessage(fitTrainingSet(workerData as TrainingSet));
