import { fitTrainingSet } from '@/lib/services/vm/fit-training-set';
import type { Trained, TrainingSet } from '@/lib/services/vm/train';
import { serve } from '@/lib/threads/serve';

/** Trains models of virtual metrology, so that the worker keeps renewing its locks. */
serve<TrainingSet, Trained>(fitTrainingSet);
