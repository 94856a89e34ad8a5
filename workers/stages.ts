import { availableParallelism } from 'node:os';
import type { SiteFit } from '@/lib/recipes';
import { beginChecklist } from '@/lib/services/checklists/run';
import { updateThreads } from '@/lib/services/control/threads';
import { planEvent } from '@/lib/services/notify/plan';
import { fitOverlayWafers, storeOverlayFits } from '@/lib/services/overlay/fit-overlay';
import { type SurrogateAnswer, type SurrogateSlice, storeSlice, trainSlice } from '@/lib/services/recipes/surrogates';
import { storeTrialStep, type TrialJob, trialStep } from '@/lib/services/recipes/trial';
import { evaluateCharts } from '@/lib/services/spc/evaluate';
import { type Studied, type StudyAnswer, type StudyTask, storeStudy, studyProposal } from '@/lib/services/spc/limits/study-job';
import { fillStep } from '@/lib/services/spc/templates/fill';
import { fitSpectra, type SpectrumJob, storeSpectrumFits } from '@/lib/services/spectra/fit-spectra';
import type { Handler } from '@/lib/services/tasks/run-task';
import { prepareVm, storeVm } from '@/lib/services/vm/predict';
import { storeTraining, type Trained, type TrainingPlan, trainingPlan } from '@/lib/services/vm/train';
import { fitWafers, storeWaferFits } from '@/lib/services/wafers/fit-surfaces';
import { buffersOf } from '@/lib/threads/thread';
import { threadsOf } from './threads';

type Prepared<F extends (...a: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;

/** Wafers fitted at once, each on a thread of its own. */
const SPECTRA_THREADS = Math.max(1, Math.min(4, availableParallelism()));
/** A library of starts costs half a minute to compute: threads must outlive the pause between two lots. */
const SPECTRA_IDLE_MS = 30 * 60_000;
/** A job is made for one fit, so its arrays are transferred without a copy. */
const arraysOf = (j: SpectrumJob) => buffersOf([j.values, j.sigma, j.surrogate?.bytes]);
const spectraThreads = threadsOf<SpectrumJob, SiteFit[]>('fit-spectra', SPECTRA_THREADS, SPECTRA_IDLE_MS);

export const spectra: Handler<'spectra', Prepared<typeof fitSpectra>> = {
  queue: 'spectra',
  concurrency: SPECTRA_THREADS,
  prepare: (p) => fitSpectra(p.refs, (job) => spectraThreads.run(job, { transfer: arraysOf(job) })),
  apply: (tx, _p, fitted) => storeSpectrumFits(tx, fitted),
  records: (p) => p.refs.length,
};

const surrogateThread = threadsOf<SurrogateSlice, SurrogateAnswer>('train-surrogate');

export const surrogate: Handler<'surrogate', Prepared<typeof trainSlice>> = {
  queue: 'surrogate',
  concurrency: 1,
  prepare: (p, signal) => trainSlice(p, (slice) => surrogateThread.run(slice, { signal })),
  apply: (tx, p, outcome) => storeSlice(tx, p, outcome),
};

/** A trial yields to the spectra of the line: one wafer at a time, on a thread of its own that keeps both compiled recipes. */
const trialThread = threadsOf<TrialJob, SiteFit[]>('fit-spectra');

export const trial: Handler<'trial', Prepared<typeof trialStep>> = {
  queue: 'trial',
  concurrency: 1,
  prepare: (p, signal) => trialStep(p, (job) => trialThread.run(job, { signal, transfer: arraysOf(job) })),
  apply: (tx, p, outcome) => storeTrialStep(tx, p, outcome),
};

export const spatial: Handler<'spatial', Prepared<typeof fitWafers>> = {
  queue: 'spatial',
  concurrency: 2,
  prepare: (p) => fitWafers(p.refs),
  apply: (tx, p, fits) => storeWaferFits(tx, fits, p.refs),
  records: (p) => p.refs.length,
};

export const overlay: Handler<'overlay', Prepared<typeof fitOverlayWafers>> = {
  queue: 'overlay',
  concurrency: 1,
  prepare: (p) => fitOverlayWafers(p.refs),
  apply: (tx, p, fits) => storeOverlayFits(tx, fits, p.refs),
  records: (p) => p.refs.length,
};

export const spc: Handler<'spc'> = {
  queue: 'spc',
  concurrency: 2,
  apply: async (tx, p) => {
    await evaluateCharts(tx, p.source, p.refs);
  },
  records: (p) => p.refs.length,
};

/** History is filled in beside the live data: one step at a time, each in a transaction of its own. */
export const fill: Handler<'fill'> = {
  queue: 'fill',
  concurrency: 1,
  apply: (tx, p) => fillStep(tx, p),
};

export const control: Handler<'control'> = {
  queue: 'control',
  concurrency: 2,
  apply: async (tx, p) => {
    await updateThreads(tx, p.source, p.refs);
  },
  records: (p) => p.refs.length,
};

export const vm: Handler<'vm', Prepared<typeof prepareVm>> = {
  queue: 'vm',
  concurrency: 2,
  prepare: (p) => prepareVm(p.refs),
  apply: (tx, p, work) => storeVm(tx, work, p.refs),
  records: (p) => p.refs.length,
};

const trainThread = threadsOf<TrainingPlan['set'], Trained>('train-vm');

export const train: Handler<'train', ({ plan: TrainingPlan } & Trained) | null> = {
  queue: 'train',
  concurrency: 1,
  prepare: async (p, signal) => {
    const plan = await trainingPlan(p.modelId, p.through);
    return plan === null ? null : { plan, ...(await trainThread.run(plan.set, { signal })) };
  },
  apply: (tx, p, trained) => storeTraining(tx, p.modelId, p.through, trained),
};

const limitsThread = threadsOf<StudyTask, StudyAnswer>('study-limits');

export const limits: Handler<'limits', Studied | null> = {
  queue: 'limits',
  concurrency: 1,
  prepare: (p, signal) => studyProposal(p.proposalId, (task) => limitsThread.run(task, { signal })),
  apply: (tx, _p, studied) => storeStudy(tx, studied),
};

/** An alert that came under a checklist: the data decide up to the first step of a person. */
export const checklist: Handler<'checklist'> = {
  queue: 'checklist',
  concurrency: 2,
  apply: (tx, p) => beginChecklist(tx, p),
};

/** Decides who is told of an event; messages are sent apart from it, each by itself (`lib/services/notify/send.ts`). */
export const notify: Handler<'notify'> = {
  queue: 'notify',
  concurrency: 4,
  apply: async (tx, p) => {
    await planEvent(tx, p, Date.now());
  },
};
