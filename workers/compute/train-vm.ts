import { fitTrainingSet } from '@/lib/services/vm/fit-training-set';
import type { Trained, TrainingSet } from '@/lib/services/vm/train';
import { serve } from '@/lib/threads/serve';

/** Trains virtual-metrology models off the worker's event loop, which keeps renewing its locks. */
serve<TrainingSet, Trained>(fitTrainingSet);
