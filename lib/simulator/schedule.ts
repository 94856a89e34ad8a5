import type { Compiled } from './compile';
import { namedSetpoints, PRODUCTS, RECIPE_VERSIONS, ROUTE, recipeName } from './definition';
import { clearFaults, faultsAt } from './faults';
import { between, keyed } from './random';
import { nominalSetpoints } from './recipe';
import type { ChamberState, FabState, LotState } from './state';
import { iso } from './time';
import { stepTimes } from './trace';
import type { ChamberLoad, EventRecord, LotRecord, LotRun } from './types';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const WAFERS = 25;
const SAMPLED = 3;
/** Share of a run that the recipe's nominal duration may be exceeded by, and handling between wafers, s. */
const CYCLE_MARGIN = 1.25;
const HANDLING = 20;
const SERVICE = { pm: 180 * MINUTE, consumable_change: 90 * MINUTE, chamber_clean: 30 * MINUTE } as const;

/** Moves lots through the route: arrivals, tool choice, recipe version, service, faults. Mutates the state it is given. */
export class Scheduler {
  constructor(
    private readonly state: FabState,
    private readonly processes: readonly Compiled[],
    private readonly tag: string,
    private readonly lotsPerDay: (t: number) => number,
  ) {}

  private get seed(): number {
    return this.state.seed;
  }

  lotName(n: number): string {
    return `${this.tag}-${String(n).padStart(5, '0')}`;
  }

  private interval(n: number): number {
    return between(keyed(this.seed, 'arrival', n), 0.6, 1.4);
  }

  /** Chambers of different ages and lots all along the route, so that the first tick looks like any other. */
  fill(): void {
    const { state } = this;
    for (const { spec } of this.processes) {
      for (const { tool, chambers } of spec.tools) {
        state.toolFreeAt[tool] = state.start;
        for (const chamber of chambers) {
          const rng = keyed(this.seed, 'age', tool, chamber);
          const { clean, pm, consumable } = spec.maintenance;
          const sincePm = rng.integer(pm);
          state.chambers[`${tool}/${chamber}`] = {
            sincePm,
            sinceClean: Math.min(sincePm, rng.integer(clean)),
            sinceConsumable: rng.integer(consumable),
            pmCount: 0,
            consumableCount: 0,
          };
        }
      }
    }
    state.untilNextLot = this.interval(0);
    const perStep = 7 * HOUR;
    const length = this.processes.length * perStep;
    for (let t = state.start - length; t < state.start; t += HOUR) {
      this.arrivals(t, t + HOUR, (lot, at) => {
        const step = Math.floor((state.start - at) / perStep);
        if (step >= this.processes.length) return;
        state.wip.push({ ...lot, step, readyAt: state.start + Math.round(((state.start - at) % perStep) / 2) });
      });
    }
  }

  private arrivals(from: number, to: number, enter: (lot: LotState, at: number) => void): void {
    const { state } = this;
    const rate = this.lotsPerDay(from) / DAY;
    let t = from;
    for (;;) {
      const wait = rate > 0 ? state.untilNextLot / rate : Number.POSITIVE_INFINITY;
      if (t + wait >= to) {
        state.untilNextLot -= rate * (to - t);
        return;
      }
      t += wait;
      const at = Math.round(t);
      const lot = this.lotName(state.nextLot);
      const product = keyed(this.seed, 'product', state.nextLot).integer(PRODUCTS.length);
      const record: LotRecord = { key: lot, lot, product: PRODUCTS[product]!, route: ROUTE, wafers: WAFERS, startedAt: iso(at) };
      state.announce.push(record);
      enter({ lot, product, step: 0, readyAt: at }, at);
      state.nextLot++;
      state.untilNextLot = this.interval(state.nextLot);
    }
  }

  /** Advance by one tick: what starts in [from, to). */
  tick(from: number, to: number): { lots: LotRecord[]; events: EventRecord[]; lotRuns: LotRun[] } {
    const { state } = this;
    this.arrivals(from, to, (lot) => state.wip.push(lot));
    const lotRuns: LotRun[] = [];
    for (;;) {
      // The next start in time; of lots that wait for the same tool the one that has waited longest. One that cannot start in
      // this tick waits for the next: the outcome does not depend on the length of the tick.
      let best: { lot: LotState; tool: string; start: number } | null = null;
      for (const lot of state.wip) {
        if (lot.readyAt >= to) continue;
        const choice = this.chooseTool(lot);
        if (choice.start < to && (best === null || this.precedes({ lot, ...choice }, best))) best = { lot, ...choice };
      }
      if (!best) break;
      const { lot } = best;
      lotRuns.push(this.start(lot, best.tool, best.start));
      if (lot.step >= this.processes.length) state.wip = state.wip.filter((l) => l !== lot);
    }
    this.recipeChanges(from, to);
    const events = state.events.filter((e) => e.at < to).sort((a, b) => a.at - b.at || (a.event.key < b.event.key ? -1 : 1));
    state.events = state.events.filter((e) => e.at >= to);
    const lots = state.announce;
    state.announce = [];
    return { lots, events: events.map((e) => e.event), lotRuns };
  }

  private precedes(a: { lot: LotState; start: number }, b: { lot: LotState; start: number }): boolean {
    if (a.start !== b.start) return a.start < b.start;
    return a.lot.readyAt !== b.lot.readyAt ? a.lot.readyAt < b.lot.readyAt : a.lot.lot < b.lot.lot;
  }

  private chooseTool(lot: LotState): { tool: string; start: number } {
    const { spec } = this.processes[lot.step]!;
    const first = keyed(this.seed, 'tool', lot.lot, spec.operation).integer(spec.tools.length);
    let best = { tool: '', start: Number.POSITIVE_INFINITY };
    for (let i = 0; i < spec.tools.length; i++) {
      const { tool } = spec.tools[(first + i) % spec.tools.length]!;
      const start = Math.max(lot.readyAt, this.state.toolFreeAt[tool]!);
      if (start < best.start) best = { tool, start };
    }
    return best;
  }

  /** When version v >= 2 of an operation's recipes is released: 9 to 22 days after the version before. */
  private releasedAt(operation: string, v: number): number {
    let at = this.state.start;
    for (let i = 2; i <= v; i++) at += Math.round(between(keyed(this.seed, 'recipe-change', operation, i), 9, 22) * DAY);
    return at;
  }

  private recipeVersion(operation: string, t: number): number {
    let v = 1;
    while (v < RECIPE_VERSIONS && this.releasedAt(operation, v + 1) <= t) v++;
    return v;
  }

  private recipeChanges(from: number, to: number): void {
    for (const { spec } of this.processes) {
      for (let v = 2; v <= RECIPE_VERSIONS; v++) {
        const at = this.releasedAt(spec.operation, v);
        if (at < from || at >= to) continue;
        for (const { tool } of spec.tools)
          this.event(tool, undefined, 'recipe_change', at, `${spec.operation}: recipe version ${v} released`);
      }
    }
  }

  private event(tool: string, chamber: string | undefined, kind: EventRecord['kind'], at: number, description: string): void {
    const key = [this.tag, tool, ...(chamber === undefined ? [] : [chamber]), kind, String(at)].join('/');
    const event: EventRecord = { key, tool, kind, at: iso(at), description, ...(chamber === undefined ? {} : { chamber }) };
    this.state.events.push({ at, event });
  }

  private start(lot: LotState, tool: string, startedAt: number): LotRun {
    const c = this.processes[lot.step]!;
    const { spec } = c;
    const { state, seed } = this;
    const names = spec.tools.find((t) => t.tool === tool)!.chambers;
    const product = PRODUCTS[lot.product]!;
    const rng = keyed(seed, 'dispatch', lot.lot, spec.operation);
    const rotation = rng.integer(names.length);
    const slots: number[][] = names.map(() => []);
    for (let w = 1; w <= WAFERS; w++) slots[(w + rotation) % names.length]!.push(w);
    const chambers: ChamberLoad[] = names.map((chamber, i) => ({
      chamber,
      wafers: slots[i]!,
      ...state.chambers[`${tool}/${chamber}`]!,
    }));
    const nominal = nominalSetpoints(spec, lot.product);
    const cycle = Math.round((stepTimes(c, nominal)[c.steps]! * CYCLE_MARGIN + HANDLING) * 1000);
    const endsAt = startedAt + Math.max(...slots.map((s) => s.length)) * cycle;
    // Three measured wafers, from as many chambers as there are, rotating from lot to lot.
    const turn = rng.integer(names.length);
    const sampled: number[] = [];
    const measured = new Set<string>();
    for (let i = 0; sampled.length < SAMPLED; i++) {
      const own = slots[(turn + i) % names.length]!.filter((w) => !sampled.includes(w));
      sampled.push(own[rng.integer(own.length)]!);
      measured.add(names[(turn + i) % names.length]!);
    }
    sampled.sort((a, b) => a - b);
    const measuredFrom = endsAt + Math.round(between(rng, 1, 3.7) * HOUR);
    const site = { operation: spec.operation, tool, chambers: names, measuredChambers: [...measured], at: startedAt };
    const run: LotRun = {
      key: `${lot.lot}/${spec.operation}`,
      lot: lot.lot,
      product,
      route: ROUTE,
      operation: spec.operation,
      layer: spec.layer,
      area: spec.area,
      tool,
      recipe: { name: recipeName(spec.operation, product), version: this.recipeVersion(spec.operation, startedAt) },
      nominal: namedSetpoints(spec, nominal),
      startedAt,
      endsAt,
      chambers,
      sampled,
      measuredFrom,
      faults: faultsAt(state.faults, seed, this.tag, state.start, site),
    };
    lot.step++;
    lot.readyAt = measuredFrom + Math.round(between(rng, 0.5, 2.5) * HOUR);
    state.toolFreeAt[tool] = endsAt + 5 * MINUTE;
    for (const load of chambers) this.service(c, tool, load, endsAt + 5 * MINUTE);
    return run;
  }

  /** After the lot: count wafers, then do the service that has fallen due. */
  private service(c: Compiled, tool: string, load: ChamberLoad, at: number): void {
    const { maintenance } = c.spec;
    const s = this.state.chambers[`${tool}/${load.chamber}`]!;
    const n = load.wafers.length;
    const next: ChamberState = {
      ...s,
      sinceClean: s.sinceClean + n,
      sincePm: s.sincePm + n,
      sinceConsumable: s.sinceConsumable + n,
    };
    const done = (kind: keyof typeof SERVICE, text: string): void => {
      this.event(tool, load.chamber, kind, at, text);
      this.state.toolFreeAt[tool] = Math.max(this.state.toolFreeAt[tool]!, at + SERVICE[kind]);
      if (kind !== 'chamber_clean') clearFaults(this.state.faults, tool, load.chamber);
    };
    if (next.sinceConsumable >= maintenance.consumable) {
      done('consumable_change', `new ${maintenance.consumableName} after ${next.sinceConsumable} wafers`);
      next.sinceConsumable = 0;
      next.consumableCount++;
    }
    if (next.sincePm >= maintenance.pm) {
      done('pm', `preventive maintenance after ${next.sincePm} wafers`);
      next.sincePm = 0;
      next.sinceClean = 0;
      next.pmCount++;
    } else if (next.sinceClean >= maintenance.clean) {
      done('chamber_clean', `chamber clean after ${next.sinceClean} wafers`);
      next.sinceClean = 0;
    }
    this.state.chambers[`${tool}/${load.chamber}`] = next;
  }
}
