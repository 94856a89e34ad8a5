import { sql, type Tx } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import type { RunRecord } from '@/lib/formats/wire';
import { issue } from './checks';
import { knobPlace } from './master';
import type { Accepted, CheckContext } from './types';

/** How far beyond a loop's limits a setpoint is still believed, in widths of their range. */
const BELIEVED_WIDTHS = 1;

/** Setpoints that no hand and no loop can have meant: far outside the limits of the loop that turns the knob. They would teach it a disturbance that never was. */
export function knownSetpoints(r: RunRecord, c: CheckContext): FieldIssue[] {
  return (c.master.knobs.get(knobPlace(r.operation, r.product)) ?? []).flatMap(({ loop, knob, unit, min, max }) => {
    if (!Object.hasOwn(r.setpoints, knob) || !(max > min)) return [];
    const x = r.setpoints[knob]!;
    const slack = BELIEVED_WIDTHS * (max - min);
    if (x >= min - slack && x <= max + slack) return [];
    return [
      issue(
        `setpoints.${knob}`,
        `${x} ${unit} is far outside [${min}, ${max}] ${unit}, the limits of loop "${loop}"; check sign and unit, or widen the limits of the loop if the tool really ran so`,
        'implausible_setpoint',
      ),
    ];
  });
}

interface Given {
  id: string;
  lot: string;
  operation: string;
  tool: string;
  chamber: string;
}

/**
 * Runs that say they followed an advice which was never given, or was given for another lot, operation or chamber, by record id. Where no loop
 * turns a knob an advice has no setpoints and leaves no trace: there an unknown id says nothing and stands.
 */
export async function wronglyAdvised(
  tx: Tx,
  records: readonly Accepted<RunRecord>[],
): Promise<ReadonlyMap<string, readonly FieldIssue[]>> {
  const advised = records.filter((r) => r.record.adviceId !== undefined);
  if (advised.length === 0) return new Map();
  const given = await tx.rows<Given>(
    sql`SELECT DISTINCT id, lot, operation, tool, chamber FROM advice WHERE id = ANY(${advised.map((r) => r.record.adviceId!)}::uuid[])`,
  );
  const byId = new Map(given.map((g) => [g.id, g]));
  const controlled = await tx.rows<{ operation: string; product: string }>(
    sql`SELECT DISTINCT operation, product FROM control_loop WHERE operation = ANY(${advised.map((r) => r.record.operation)}::text[])`,
  );
  const places = new Set(controlled.map((l) => knobPlace(l.operation, l.product)));
  return new Map(
    advised.flatMap(({ id, record: r }): [string, FieldIssue[]][] => {
      const g = byId.get(r.adviceId!.toLowerCase());
      if (g === undefined) return places.has(knobPlace(r.operation, r.product)) ? [[id, [neverGiven(r)]]] : [];
      const same = g.lot === r.lot && g.operation === r.operation && g.tool === r.tool && g.chamber === r.chamber;
      return same ? [] : [[id, [givenElsewhere(r, g)]]];
    }),
  );
}

const neverGiven = (r: RunRecord): FieldIssue =>
  issue('adviceId', `no advice ${r.adviceId} was ever given; send the adviceId of the answer, or leave it out`, 'unknown_advice');

const givenElsewhere = (r: RunRecord, g: Given): FieldIssue =>
  issue(
    'adviceId',
    `advice ${r.adviceId} was given for lot ${g.lot}, operation ${g.operation}, ${g.tool}/${g.chamber}, but this run is of lot ${r.lot}, operation ${r.operation}, ${r.tool}/${r.chamber}; send the adviceId of its own advice, or leave it out`,
    'foreign_advice',
  );
