import { PROCESSES } from './processes';
import { between, keyed } from './random';
import { type ActiveFault, FAULT_TYPES, type FaultType } from './types';

const HOUR = 3_600_000;
/** One fault per block; the first block stays clean so that charts can take their baseline. */
export const FAULT_BLOCK_MS = 90 * HOUR;

/** A fault that waits for the next lot at one of its operations. */
export interface PlannedFault {
  readonly id: string;
  readonly type: FaultType;
  /** Epoch ms from which it strikes. */
  readonly at: number;
  readonly operations: readonly string[];
}

/** A fault that sits on a chamber until its visits are used up or the chamber is serviced. */
export interface StandingFault {
  readonly id: string;
  readonly type: FaultType;
  readonly tool: string;
  readonly chamber: string;
  readonly sign: 1 | -1;
  readonly visits: number;
  visit: number;
}

export interface FaultState {
  nextBlock: number;
  waiting: PlannedFault[];
  standing: StandingFault[];
}

const ALL = PROCESSES.map((p) => p.operation);
/** Where each fault can strike: excursions where deposition or etch would show them first. */
const PLACES: Readonly<Record<FaultType, readonly string[]>> = {
  excursion: ['ETCH-M1', 'PVD-SEED', 'CVD-OXIDE'],
  sensor_dropout: ALL,
  wrong_recipe: ['CVD-OXIDE', 'ETCH-M1', 'PVD-SEED', 'ECP-CU', 'CMP-CU'],
  step_shift: ALL,
  slow_drift: ALL,
  edge_ring: ['ETCH-M1', 'PVD-SEED', 'CVD-OXIDE', 'CMP-CU'],
};
/** Lot visits of the chamber that a fault lasts, and its size relative to the process's weakness. */
const VISITS: Readonly<Record<FaultType, number>> = {
  excursion: 1,
  sensor_dropout: 1,
  wrong_recipe: 1,
  step_shift: 6,
  slow_drift: 9,
  edge_ring: 3,
};
const SIZE: Readonly<Record<FaultType, number>> = {
  excursion: 1,
  sensor_dropout: 1,
  wrong_recipe: 1,
  step_shift: 0.5,
  slow_drift: 0.8,
  edge_ring: 1,
};

function blockFault(seed: number, tag: string, start: number, block: number): PlannedFault {
  const turn = Math.floor((block - 1) / FAULT_TYPES.length);
  const order = [...FAULT_TYPES];
  const shuffle = keyed(seed, 'fault-order', turn);
  for (let i = order.length - 1; i > 0; i--) {
    const j = shuffle.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const type = order[(block - 1) % FAULT_TYPES.length]!;
  const rng = keyed(seed, 'fault', block);
  const at = start + Math.round((block + between(rng, 0.1, 0.9)) * FAULT_BLOCK_MS);
  const places = PLACES[type];
  return { id: `${tag}-F${block}`, type, at, operations: [places[rng.integer(places.length)]!] };
}

/** State at the start: the excursion shortly before the horizon is already planned. */
export function initialFaults(seed: number, tag: string, start: number, horizonMs: number): FaultState {
  const before = Math.min(between(keyed(seed, 'fault', 'fresh'), 28, 44) * HOUR, 0.6 * horizonMs);
  return {
    nextBlock: 1,
    waiting: [{ id: `${tag}-F0`, type: 'excursion', at: start + Math.round(horizonMs - before), operations: PLACES.excursion }],
    standing: [],
  };
}

/** Where a lot-operation is about to run; faults bind to chambers whose wafers will be measured. */
export interface FaultSite {
  readonly operation: string;
  readonly tool: string;
  readonly chambers: readonly string[];
  readonly measuredChambers: readonly string[];
  readonly at: number;
}

/** Advance the plan to the site's time, bind what waits for it, and return the faults that act on this lot-operation. */
export function faultsAt(state: FaultState, seed: number, tag: string, start: number, site: FaultSite): ActiveFault[] {
  while (start + state.nextBlock * FAULT_BLOCK_MS <= site.at) {
    state.waiting.push(blockFault(seed, tag, start, state.nextBlock));
    state.nextBlock++;
  }
  const due = state.waiting.find((f) => f.at <= site.at && f.operations.includes(site.operation));
  if (due) {
    state.waiting = state.waiting.filter((f) => f !== due);
    const rng = keyed(seed, 'fault-place', due.id);
    const chosen = site.measuredChambers[rng.integer(site.measuredChambers.length)]!;
    const sign = due.type === 'excursion' || rng.uniform() < 0.5 ? 1 : -1;
    const chambers = due.type === 'wrong_recipe' ? site.chambers : [chosen];
    for (const chamber of chambers) {
      state.standing.push({ id: due.id, type: due.type, tool: site.tool, chamber, sign, visits: VISITS[due.type], visit: 0 });
    }
  }
  const active: ActiveFault[] = [];
  for (const f of state.standing) {
    if (f.tool !== site.tool || !site.chambers.includes(f.chamber)) continue;
    f.visit++;
    const growth = f.type === 'slow_drift' ? f.visit / f.visits : 1;
    active.push({ id: f.id, type: f.type, chamber: f.chamber, sign: f.sign, strength: SIZE[f.type] * growth });
  }
  state.standing = state.standing.filter((f) => f.visit < f.visits);
  return active;
}

/** A PM or new consumable ends what stands on the chamber. */
export function clearFaults(state: FaultState, tool: string, chamber: string): void {
  state.standing = state.standing.filter((f) => f.tool !== tool || f.chamber !== chamber);
}
