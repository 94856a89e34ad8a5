import { z } from 'zod';
import { db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { recordIdIn } from '@/lib/formats/scalars';
import { compareVersions, inForceAt } from '@/lib/spc';
import { verb } from '../../verb';
import { CHANGE_WORDS, chartChange, nextVersion } from '../next-version';
import { resolveChange } from '../rules/resolve-change';
import { type ChartRow, chartColumns, phasesOf } from '../store';
import { type ListedAlarm, listedAlarm, pointsBetween, rawOf } from './study-points';

/** So many of the newest points are judged twice while somebody waits: some ten milliseconds. */
const MOST_POINTS = 1_000;
const LISTED = 20;

/** What a change would have done on the newest points of a chart. */
export interface TriedChange {
  readonly points: number;
  /** Process time of the first point, epoch ms; null without points. */
  readonly fromMs: number | null;
  readonly now: number;
  readonly proposed: number;
  readonly wonCount: number;
  readonly lostCount: number;
  /** The newest of each. */
  readonly won: readonly ListedAlarm[];
  readonly lost: readonly ListedAlarm[];
}

/**
 * Judges the newest points of a chart by the version in force and by a change that nobody has saved, with the code that judges live points. Nothing is written.
 * @throws AppError `not_found`; `invalid_input` for a change that could not be saved.
 */
export const tryChange = verb(
  {
    name: 'chart.try',
    least: 'engineer',
    input: z.strictObject({ chart: recordIdIn('chart'), change: chartChange }),
    body: 'change',
    names: CHANGE_WORDS,
  },
  async (ctx, { chart: id, change }): Promise<TriedChange> => {
    const chart = await db().one<ChartRow>(sql`SELECT ${chartColumns} FROM chart WHERE id = ${id}`);
    if (chart === undefined) throw new AppError('not_found', 'there is no such chart');
    const phases = (await phasesOf(db(), [id])).get(id)!;
    const now = inForceAt(phases, 'effectiveFrom', ctx.now()) ?? phases[0]!;
    const points = await pointsBetween(chart, new Date(0), new Date(ctx.now()), MOST_POINTS);
    const c = compareVersions(
      chart.kind,
      now,
      { ...now, ...nextVersion(chart.kind, now, await resolveChange(db(), chart.kind, change)) },
      points.map(rawOf),
    );
    const newest = (list: typeof c.won): ListedAlarm[] => list.slice(-LISTED).map((a) => listedAlarm(points, a));
    return {
      points: points.length,
      fromMs: points[0]?.at ?? null,
      now: c.now.length,
      proposed: c.proposed.length,
      wonCount: c.won.length,
      lostCount: c.lost.length,
      won: newest(c.won),
      lost: newest(c.lost),
    };
  },
);
