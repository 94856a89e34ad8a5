import type { LoopView } from '@/lib/services/control/views/loop';
import { inForceAt } from '@/lib/spc';
import type { SpecSpan } from '@/lib/ui/charts/control-chart.model';
import type { LoopChartInput } from '@/lib/ui/charts/loop-chart.prepare';
import { unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';

export interface LoopSelection {
  input: LoopChartInput;
  /** Index of each drawn point in `observations` and `advice`. */
  outputs: number[];
  moves: number[];
}

/**
 * What the outputs should have been, each version over its own time: target of the loop's versions, limits of the specification's. The first of each
 * holds from the beginning: nothing is known before it.
 */
export function loopSpecs({
  loop,
  versions,
  specifications,
}: Pick<LoopView, 'loop' | 'versions' | 'specifications'>): SpecSpan[] {
  const targets = [...versions].sort((a, b) => a.version - b.version);
  const limits = specifications.length > 0 ? specifications : [{ fromMs: 0, lsl: loop.lsl, usl: loop.usl }];
  const starts = [...new Set([0, ...targets.slice(1).map((v) => v.createdMs), ...limits.slice(1).map((s) => s.fromMs)])].sort(
    (a, b) => a - b,
  );
  const spans = starts.map((fromMs): SpecSpan => {
    const { lsl, usl } = inForceAt(limits, 'fromMs', fromMs) ?? limits[0]!;
    const { config } = inForceAt(targets, 'createdMs', fromMs) ?? targets[0] ?? loop;
    return { fromMs, target: config.target, lsl, usl };
  });
  return spans.filter((s, i) => {
    const before = spans[i - 1];
    return before === undefined || s.target !== before.target || s.lsl !== before.lsl || s.usl !== before.usl;
  });
}

/** The chart of one thread, or of all of them: then the outputs of all wafers and the moves of all chambers in time order. */
export function loopInput(d: LoopView, thread: number | null, windowMs: readonly [number, number]): LoopSelection {
  const { loop, observations: o, advice: a } = d;
  const outputs = [...o.at.keys()].filter((i) => thread === null || o.thread[i] === thread);
  const moves = [...a.at.keys()].filter((i) => thread === null || a.thread[i] === thread);
  const of = (v: Float64Array, rows: readonly number[]): Float64Array => Float64Array.from(rows, (i) => v[i]!);
  const t = thread === null ? null : d.threads[thread]!;
  const name = t ? `${loop.name} · ${t.tool} ${t.chamber}` : loop.name;
  const first = Math.min(o.at[outputs[0] ?? -1] ?? windowMs[1], a.at[moves[0] ?? -1] ?? windowMs[1]);
  return {
    outputs,
    moves,
    input: {
      title: name,
      outputUnit: unitLabel(loop.unit),
      knob: loop.knob,
      knobUnit: unitLabel(loop.knobUnit),
      specs: loopSpecs(d),
      output: {
        at: of(o.at, outputs),
        value: of(o.y, outputs),
        without: of(o.without, outputs),
        label: outputs.map((i) => `${waferName(o.lot[i]!, o.slot[i]!)}${o.accepted[i] ? '' : ', set aside'}`),
      },
      moves: {
        at: of(a.at, moves),
        value: Float64Array.from(moves, (i) => (a.mode[i] === 'closed' ? a.setpoint[i]! : a.advised[i]!)),
        kind: moves.map((i) =>
          a.mode[i] !== 'closed'
            ? 'advised'
            : a.explanation[i]!.clips.some((c) => c.kind === 'step' || c.kind === 'absolute')
              ? 'clipped'
              : 'applied',
        ),
        label: moves.map((i) => a.lot[i]!),
      },
      disturbance: { at: of(o.at, outputs), value: of(o.dHat, outputs), u: of(o.uDHat, outputs) },
      knobLimits: { low: loop.config.min, high: loop.config.max, nominal: loop.config.xNominal },
      events: d.events
        .filter((e) => t === null || (e.tool === t.tool && (e.chamber === null || e.chamber === t.chamber)))
        .map((e) => ({ atMs: e.atMs, kind: e.kind, label: e.label })),
      // A loop that began inside the window starts at its first point: no empty left half.
      windowMs: [Math.max(windowMs[0], first - 0.01 * (windowMs[1] - first)), windowMs[1]],
    },
  };
}
