import { trainSurrogate } from '@/lib/recipes';
import type { SurrogateAnswer, SurrogateSlice } from '@/lib/services/recipes/surrogates';
import { serve } from '@/lib/threads/serve';
import { buffersOf } from '@/lib/threads/thread';

/** Number of spectra by which the two speeds are measured. */
const RIGOROUS = 5;
const FAST = 20_000;

/** Continues a training for the time of a slice, and returns a checkpoint or the result. */
function run({ work, from, milliseconds }: SurrogateSlice): SurrogateAnswer {
  const until = performance.now() + milliseconds;
  const steps = trainSurrogate(work, from);
  for (;;) {
    const s = steps.next();
    if (!s.done) {
      if (performance.now() >= until) return { progress: s.value.progress, checkpoint: s.value.checkpoint() };
      continue;
    }
    const { model, error, evaluate } = s.value;
    const time = (n: number, work: () => void): number => {
      work(); // once before the clock starts
      const started = performance.now();
      work();
      return (performance.now() - started) / n;
    };
    const rigorousMs = time(RIGOROUS, () => {
      for (let i = 0; i < RIGOROUS; i++) evaluate.rigorous(i);
    });
    const surrogateMs = time(FAST, () => evaluate.surrogate(FAST));
    return {
      model,
      result: {
        rmsSigma: error.overall.rmsSigma,
        maximum: error.overall.max,
        heldBack: error.overall.count,
        cells: error.cells,
        rmsByCell: Array.from(error.rmsSigma, (v) => (Number.isFinite(v) ? v : null)),
        speedUp: rigorousMs / surrogateMs,
        rigorousMs,
        surrogateMs,
      },
    };
  }
}

serve(run, (a) => buffersOf('model' in a ? [a.model] : [a.checkpoint.samples, a.checkpoint.training, a.checkpoint.heldBack]));
