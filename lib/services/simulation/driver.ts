import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord } from '@/lib/formats/wire';
import { type AppliedAdvice, createSimulator, type LotRun, type Simulator } from '@/lib/simulator';
import { type FabClient, packed } from './client';
import { workAlerts } from './simulated-operators';
import { type SavedState, StateFile } from './state-file';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** History is sent in steps of two hours: shorter than any measurement's delay, so that no lot misses advice it could have had. */
const BACKFILL_TICK_MS = 2 * HOUR_MS;
const LIVE_TICK_MS = 60_000;
const IN_FLIGHT = 4;
/** The line is brought up to its live rate this long before now, so that the first live minutes are busy. */
const RAMP_MS = 24 * HOUR_MS;
/** Spectral stations record for this long before now: their fits are the most expensive part of a history. */
const SPECTRA_MS = 48 * HOUR_MS;

export interface DriveOptions {
  readonly seed: number;
  readonly lotsPerDay: number;
  readonly liveLotsPerDay: number;
  readonly stateFile: string;
  /** A simulated shift works on the alerts of the history. */
  readonly crew: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (share: number, note: string) => void;
}

/**
 * Drives the simulated fab against the API as a fab would: registers lots and events, asks for advice before each lot-operation, sends runs and
 * measurements, and in history waits after each step until all stages have caught up. State is saved after each complete step; after a crash the step
 * is sent again and its records are repeats.
 */
export class FabDriver {
  private readonly file: StateFile;
  private saved: SavedState;
  private sim: Simulator;

  constructor(
    private readonly client: FabClient,
    private readonly o: DriveOptions,
    fresh: { readonly start: number; readonly rampAt: number },
  ) {
    this.file = new StateFile(o.stateFile);
    this.saved = this.file.read(o.seed) ?? {
      seed: o.seed,
      start: fresh.start,
      rampAt: fresh.rampAt,
      snapshot: undefined,
      at: fresh.start,
      held: [],
    };
    this.sim = this.makeSimulator(BACKFILL_TICK_MS);
  }

  /** Process time up to which everything has been sent. */
  get at(): number {
    return this.saved.at;
  }

  private makeSimulator(tickMs: number): Simulator {
    const { seed, start, rampAt, snapshot } = this.saved;
    return createSimulator({
      seed,
      start,
      tickMs,
      lotsPerDay: (t) => (t < rampAt ? this.o.lotsPerDay : this.o.liveLotsPerDay),
      spectraFrom: rampAt + RAMP_MS - SPECTRA_MS,
      horizonDays: (rampAt + RAMP_MS - start) / DAY_MS,
      ...(snapshot === undefined ? {} : { snapshot }),
    });
  }

  /** Sends history up to `to` as fast as the stages keep up. */
  async backfill(to: number): Promise<void> {
    const from = this.saved.at;
    this.sim = this.makeSimulator(BACKFILL_TICK_MS);
    while (this.saved.at + BACKFILL_TICK_MS <= to && !this.o.signal.aborted) {
      const tick = this.sim.nextTick();
      await this.client.send('lots', tick.lots);
      await this.client.send('events', tick.events);
      // A PM changes the controllers' estimates: the advice that follows must take it into account.
      if (tick.events.length > 0) await this.client.settled(this.o.signal);
      const advised = await Promise.all(this.sim.openLotRuns().map(async (r) => ({ run: r, advice: await this.ask(r) })));
      const sending: Promise<void>[] = [];
      for (const { run, advice } of advised) {
        if (advice === null) continue; // on hold: the lot waits before the tool
        const made = this.sim.process(run, advice);
        sending.push(this.client.send('runs', made.runs.map(forWire)).then(() => this.client.send('truth', made.truth)));
        // The next lot is made while this one is being sent; a few at a time bound the memory.
        if (sending.length >= IN_FLIGHT) await sending.shift();
      }
      await Promise.all(sending);
      await this.sendHeld(tick.to);
      await this.sendMeasured(tick.to);
      await this.client.settled(this.o.signal);
      if (this.o.signal.aborted) return;
      if (this.o.crew) await workAlerts(this.client, tick.to);
      this.save(tick.to, []);
      this.o.onProgress(
        (tick.to - from) / Math.max(1, to - from),
        `day ${Math.ceil((tick.to - this.saved.start) / DAY_MS)} of ${Math.max(1, Math.floor((to - this.saved.start) / DAY_MS))}`,
      );
    }
  }

  /** Continues in real time (times `speed`): every record is sent when it would arrive. */
  async live(speed: number, now: () => number): Promise<void> {
    await this.backfill(now());
    this.sim = this.makeSimulator(LIVE_TICK_MS);
    const zero = now();
    const simulated = () => zero + (now() - zero) * speed; // whatever is overdue is sent without waiting
    let held = this.saved.held;
    while (!this.o.signal.aborted) {
      const tick = this.sim.nextTick();
      await this.client.send('lots', tick.lots);
      await this.client.send('events', tick.events);
      // What began in this tick, and what waits before a tool since it was on hold.
      for (const run of this.sim.openLotRuns()) {
        const advice = await this.ask(run);
        if (advice === null) continue;
        const made = this.sim.process(run, advice);
        held.push(...made.runs);
        await this.client.send('truth', made.truth);
      }
      while (!this.o.signal.aborted && simulated() < tick.to) {
        held = await this.sendEnded(held, Math.min(simulated(), tick.to));
        await sleep(Math.min(5_000, Math.max(50, (tick.to - simulated()) / speed)), undefined, { signal: this.o.signal }).catch(
          () => undefined,
        ); // an abort ends the wait; the loop sees it
      }
      if (this.o.signal.aborted) return;
      held = await this.sendEnded(held, tick.to);
      await this.sendMeasured(tick.to);
      this.save(tick.to, held);
    }
  }

  /** @returns null while the lot, the tool or a chamber is on hold. */
  private async ask(run: LotRun): Promise<Map<string, AppliedAdvice> | null> {
    const answer = await this.client.advice({
      key: run.key,
      tool: run.tool,
      chambers: run.chambers.map((c) => c.chamber),
      product: run.product,
      operation: run.operation,
      lot: run.lot,
      at: new Date(run.startedAt).toISOString(),
    });
    return answer === null ? null : new Map(Object.entries(answer.chambers));
  }

  private async sendHeld(to: number): Promise<void> {
    this.saved = { ...this.saved, held: await this.sendEnded(this.saved.held, to) };
  }

  /** Sends the runs that have ended by `to`; returns the others. */
  private async sendEnded(held: readonly RunRecord[], to: number): Promise<RunRecord[]> {
    const ended = held.filter((r) => Date.parse(r.endedAt) <= to);
    await this.client.send('runs', ended.map(forWire));
    return ended.length === 0 ? [...held] : held.filter((r) => Date.parse(r.endedAt) > to);
  }

  private async sendMeasured(to: number): Promise<void> {
    const due = this.sim.collect(to);
    await this.client.send('measurements', due.measurements);
    await this.client.send('overlay-measurements', due.overlayMeasurements);
    await this.client.send('spectra', due.spectra);
    await this.client.send('counts', due.counts);
    await this.client.send('truth', due.truth);
  }

  private save(at: number, held: RunRecord[]): void {
    this.saved = { ...this.saved, at, held, snapshot: this.sim.snapshot() };
    this.file.write(this.saved);
  }
}

const forWire = (r: RunRecord): RunRecord => (r.trace === undefined ? r : { ...r, trace: packed(r.trace) });

/** Where a fresh history of `days` begins, ending now: at a whole hour. */
export function historyFrom(now: number, days: number): { start: number; rampAt: number } {
  const end = Math.floor(now / HOUR_MS) * HOUR_MS;
  return { start: end - Math.round(days * 24) * HOUR_MS, rampAt: end - Math.min(RAMP_MS, days * 12 * HOUR_MS) };
}
