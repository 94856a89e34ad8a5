import { isInformative, widthsBeyond } from '@/lib/control';
import { type RowOf, sql, type Tx } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import type { RunRecord } from '@/lib/formats/wire';
import { feed } from '../live/feed';
import type { CheckContext } from '../master/checks';
import { issue } from '../master/checks';
import { knobPlace, knobsByPlace } from '../master/master';
import type { Accepted } from './types';

/** A setpoint further beyond a loop's limits than this many widths of their range is no split lot: its unit or sign is wrong. */
const BELIEVED_WIDTHS = 100;

/** Setpoints in another unit or of another sign than that of the loop that sets the knob. */
export const knownSetpoints = (r: RunRecord, c: CheckContext): FieldIssue[] =>
  (c.master.knobs.get(knobPlace(r.operation, r.product)) ?? []).flatMap(({ loop, knob, unit, min, max }) => {
    const x = setpoint(r, knob);
    if (x === undefined || widthsBeyond(x, min, max) <= BELIEVED_WIDTHS) return [];
    return [
      issue(
        `setpoints.${knob}`,
        `${x} ${unit} is more than ${BELIEVED_WIDTHS} times the range [${min}, ${max}] ${unit} of loop "${loop}" away from it; check the sign and the unit`,
        'implausible_setpoint',
      ),
    ];
  });

const setpoint = (r: RunRecord, knob: string): number | undefined =>
  Object.hasOwn(r.setpoints, knob) ? r.setpoints[knob] : undefined;

/** Reports runs that used a knob far outside the limits of its loop, a split lot for one: they are kept, and no loop learns from them. */
export async function tellUnlearned(tx: Tx, records: readonly Accepted<RunRecord>[]): Promise<void> {
  const knobs = await knobsByPlace(tx);
  await feed(
    tx,
    records.flatMap(({ record: r }) =>
      (knobs.get(knobPlace(r.operation, r.product)) ?? []).flatMap(({ loop, knob, unit, min, max }) => {
        const x = setpoint(r, knob);
        if (x === undefined || isInformative(x, min, max)) return [];
        return [
          {
            kind: 'advice' as const,
            text: `${loop}: run "${r.key}" used ${x} ${unit}, far outside [${min}, ${max}] ${unit}; it is kept, and the loop does not learn from it`,
            detail: { lot: r.lot, runKey: r.key },
          },
        ];
      }),
    ),
  );
}

type Given = RowOf<'run', 'id' | 'lot' | 'operation' | 'tool' | 'chamber'>;

/**
 * Runs that claim to follow advice which was never given, or was given for another lot, operation or chamber, by record id. Where no loop sets a
 * knob, advice has no setpoints and is not stored: there an unknown id is accepted.
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
