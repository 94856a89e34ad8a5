import { AppError } from '@/lib/errors';
import { advise, forget, type Observed, observe, type ThreadState } from './run-to-run';
import type { RunToRunConfig } from './run-to-run-config';

/** A measured run of a thread, with the configuration that was in force when it was learned. */
export interface ThreadObservation {
  readonly kind: 'observation';
  /** Process time, epoch ms. */
  readonly at: number;
  /** When it was measured, epoch ms; null: not known. Orders the runs of one instant. */
  readonly measuredAt?: number | null;
  readonly id: string;
  readonly config: RunToRunConfig;
  /** Output unit. */
  readonly y: number;
  /** Standard uncertainty of y, output unit; null: not known. */
  readonly uY: number | null;
  /** Setpoint of the run, knob unit. */
  readonly xApplied: number;
  /** Reliance on y, 0 to 1. Not given: 1. */
  readonly reliance?: number;
}

/** Maintenance: the estimate keeps the share `pmForget` of the configuration in force when it was learned. */
export interface ThreadReset {
  readonly kind: 'reset';
  /** Process time, epoch ms. */
  readonly at: number;
  readonly id: string;
  readonly config: RunToRunConfig;
}

/** An entry of a thread's timeline. */
export type ThreadEntry = ThreadObservation | ThreadReset;

/**
 * Process order: by time; maintenance before a run of the same instant; runs of one instant (a batch in one chamber) as they were measured; then
 * by id, so that the order is the same wherever it is made.
 */
export function compareEntries(a: ThreadEntry, b: ThreadEntry): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.kind !== b.kind) return a.kind === 'reset' ? -1 : 1;
  const [measuredA, measuredB] = [measuredOf(a), measuredOf(b)];
  if (measuredA !== measuredB) return measuredA < measuredB ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

const measuredOf = (e: ThreadEntry): number =>
  e.kind === 'reset' ? Number.NEGATIVE_INFINITY : (e.measuredAt ?? Number.NEGATIVE_INFINITY);

/**
 * The state of a thread after one more entry of its timeline. u(y) lowers the weight only where the configuration says so: else lambda is
 * the weight that the engineer set, whatever the record states.
 * @throws AppError as `observe`.
 */
export function learn(state: ThreadState, e: ThreadEntry): { readonly state: ThreadState; readonly observed: Observed | null } {
  if (e.kind === 'reset') return { state: forget(state, e.config), observed: null };
  const observed = observe(
    state,
    {
      y: e.y,
      xApplied: e.xApplied,
      ...(e.config.weighByUncertainty && e.uY !== null ? { uY: e.uY } : {}),
      ...(e.reliance === undefined ? {} : { reliance: e.reliance }),
    },
    e.config,
  );
  return { state: observed.state, observed };
}

/** What a loop may do with an advice: hand it out, or only make it while tools get the nominal setpoint. */
export type LoopMode = 'closed' | 'shadow' | 'suspended';

/** The decision of a loop: the advised setpoint from what the thread knows, and what the tool gets in this mode. */
export function decide(state: ThreadState, config: RunToRunConfig, lastApplied: number | null, mode: LoopMode) {
  const { setpoint: advised, explanation } = advise(state, config, lastApplied);
  return { advised, handedOut: mode === 'closed' ? advised : config.xNominal, explanation };
}

/** What a thread learned, in the order in which it learned it. */
export type JournalEntry = { readonly seq: number } & (
  | (ThreadObservation & {
      /** Advice that the run says it followed. */
      readonly adviceId: string | null;
    })
  | ThreadReset
  /** A correction took the observation `id` back. */
  | { readonly kind: 'withdrawal'; readonly id: string }
);

/** An advice with everything that it was made from. */
export interface RecordedDecision {
  readonly id: string;
  /** The thread knew the journal up to and with this number. */
  readonly seen: number;
  readonly config: RunToRunConfig;
  readonly mode: LoopMode;
  /** Setpoint in use when it was asked, null for none, and the advice that this run followed. */
  readonly lastApplied: number | null;
  readonly lastAdviceId: string | null;
  /** Knob unit. */
  readonly advised: number;
  /** Knob unit. */
  readonly handedOut: number;
}

/** A thread as it was recorded. */
export interface ThreadRecord {
  /** State after everything before the first entry of the journal. */
  readonly base: ThreadState;
  /** By `seq`. */
  readonly journal: readonly JournalEntry[];
  /** In the order in which they were asked. */
  readonly decisions: readonly RecordedDecision[];
}

/** What a replay changes. */
export interface Counterfactual {
  /** Configuration in place of the recorded ones from the first decision on; null: the recorded ones. */
  readonly config: RunToRunConfig | null;
  /** Gain of the process, output unit per knob unit: how far an output follows a changed setpoint. */
  readonly gain: number;
}

/** A decision made again. */
export interface ReplayedDecision extends ReturnType<typeof decide> {
  readonly dHat: number;
  readonly lastApplied: number | null;
}

/** A record with its decisions made again. */
export interface ThreadReplay {
  readonly decisions: readonly ReplayedDecision[];
  /** State of the last decision. */
  readonly state: ThreadState;
  /** Setpoint that a run would have had in place of the recorded one: moved with its advice when it followed it, else as recorded. */
  readonly setpointOf: (adviceId: string | null, xApplied: number) => number;
}

/**
 * Every decision of a record made again, each from what the thread knew when it was asked, by the function that made it. A run that
 * followed a decision which is now another one has the setpoint x' and the output y' = y + gain (x' - x): the disturbance is the recorded
 * one, and where the decisions are the recorded ones y' is y to the last bit. Runs without advice and manual setpoints stay as recorded.
 * @throws AppError `out_of_domain` when the journal takes back what it never held, or the decisions are not in the order of what they knew.
 * @complexity n + changes of the past, each from its place to the end.
 */
export function replayThread(record: ThreadRecord, c: Counterfactual): ThreadReplay {
  const from = record.decisions[0]?.seen ?? 0;
  const recorded = new Map<string, { was: number; is: number }>();
  const setpointOf = (adviceId: string | null, xApplied: number): number => {
    const d = adviceId === null ? undefined : recorded.get(adviceId);
    return d !== undefined && d.was === xApplied ? d.is : xApplied;
  };
  const configOf = (e: { seq: number; config: RunToRunConfig }) => (e.seq <= from ? e.config : (c.config ?? e.config));
  const timeline: ThreadEntry[] = [];
  const states: ThreadState[] = [];
  let state = record.base;
  let valid = 0;
  let read = 0;
  const change = (at: number) => {
    valid = Math.min(valid, at);
  };
  const absorb = (e: JournalEntry): void => {
    if (e.kind === 'withdrawal') {
      const at = timeline.findIndex((t) => t.kind === 'observation' && t.id === e.id);
      if (at < 0) throw new AppError('out_of_domain', `the journal takes back ${e.id}, which it does not hold`, { id: e.id });
      timeline.splice(at, 1);
      change(at);
      return;
    }
    let entry: ThreadEntry = { ...e, config: configOf(e) };
    if (e.kind === 'observation') {
      const x = setpointOf(e.adviceId, e.xApplied);
      entry = { ...entry, kind: 'observation', xApplied: x, y: e.y + c.gain * (x - e.xApplied) } as ThreadObservation;
    }
    let at = timeline.length;
    while (at > 0 && compareEntries(timeline[at - 1]!, entry) > 0) at--;
    timeline.splice(at, 0, entry);
    change(at);
  };
  const decisions = record.decisions.map((d): ReplayedDecision => {
    if (read > 0 && record.journal[read - 1]!.seq > d.seen)
      throw new AppError('out_of_domain', `decision ${d.id} knew less than the one before it`, { id: d.id });
    while (read < record.journal.length && record.journal[read]!.seq <= d.seen) absorb(record.journal[read++]!);
    for (; valid < timeline.length; valid++)
      states[valid] = learn(valid === 0 ? record.base : states[valid - 1]!, timeline[valid]!).state;
    state = timeline.length === 0 ? record.base : states[timeline.length - 1]!;
    const lastApplied = d.lastApplied === null ? null : setpointOf(d.lastAdviceId, d.lastApplied);
    const made = decide(state, c.config ?? d.config, lastApplied, d.mode);
    recorded.set(d.id, { was: d.handedOut, is: made.handedOut });
    return { ...made, dHat: made.explanation.dHat, lastApplied };
  });
  return { decisions, state, setpointOf };
}
