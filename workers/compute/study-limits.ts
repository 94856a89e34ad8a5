import { answerStudy } from '@/lib/services/spc/limits/answer-study';
import type { StudyAnswer, StudyTask } from '@/lib/services/spc/limits/study-job';
import { serve } from '@/lib/threads/serve';

/** Studies the history of charts off the worker's event loop. */
serve<StudyTask, StudyAnswer>(answerStudy);
