import type { Ref } from '@/lib/queue/jobs';

/** A value that may be charted. */
export interface CharacteristicValue {
  readonly characteristic: string;
  readonly parameter: string;
  readonly operation: string;
  readonly product: string;
  /** Of the run that made it; null where the runs of a lot used several. */
  readonly recipe: string | null;
  readonly tool: string | null;
  readonly chamber: string | null;
  readonly recordId: string;
  /** Process time, epoch ms. */
  readonly at: number;
  readonly value: number;
  readonly uValue: number | null;
  /** Dispersion within the value (subgroups), else null. */
  readonly spread: number | null;
  /** Number of values behind this one: the wafers of a lot that have it. */
  readonly n: number;
  /** When it was measured, epoch ms; null for values without a single time of measurement. */
  readonly measuredAt: number | null;
  /** Of counts: units or area inspected. */
  readonly size?: number;
  /** What else the value is made of: of a lot [pooled sigma of the sites of a wafer, mean number of sites], NaN where a wafer has one site. */
  readonly vector?: readonly number[];
  readonly lot: string;
  readonly slot: number;
  readonly runId: string | null;
  /** A value of a whole lot, computed again when another of its wafers arrives; its record id names the lot, not a wafer. */
  readonly lotLevel?: boolean;
}

/** Names of the characteristics that somebody wants: only these are computed. */
export type Wanted = ReadonlySet<string>;

export const ids = (refs: readonly Ref[]) => refs.map((r) => r.id);
export const from = (refs: readonly Ref[]) => new Date(Math.min(...refs.map((r) => r.at)));
export const to = (refs: readonly Ref[]) => new Date(Math.max(...refs.map((r) => r.at)));

/** Columns that every value has. */
export interface Common {
  operation: string;
  product: string;
  recipe: string | null;
  tool: string;
  chamber: string;
  record_id: string;
  at: Date;
  lot: string;
  slot: number;
  run_id: string | null;
  /** Of values of one wafer. */
  measured_at?: Date;
}

export const common = (r: Common) => ({
  operation: r.operation,
  product: r.product,
  recipe: r.recipe,
  tool: r.tool,
  chamber: r.chamber,
  recordId: r.record_id,
  at: r.at.getTime(),
  lot: r.lot,
  slot: r.slot,
  runId: r.run_id,
  measuredAt: r.measured_at?.getTime() ?? null,
});

export const known = (u: number | undefined): number | null => (u === undefined || !Number.isFinite(u) ? null : u);
