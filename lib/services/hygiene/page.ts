import { db, sql } from '@/lib/db';
import { rollupsFrom } from '../spc/rollups';
import {
  type AlarmRates,
  alarmRates,
  type HygieneWindow,
  responseTimes,
  type StaleRow,
  staleAlerts,
  type TimesRow,
} from './alarms';
import { type BadActor, badActors } from './bad-actors';
import { type UnphasedRow, unphasedCharts } from './phases';
import { type AreaPrice, againstAlarms, areaPrices } from './price';

export interface HygienePage {
  readonly rates: AlarmRates;
  readonly operators: number;
  /** Accounts of operators that may sign in: what is taken where nobody says how many there are. */
  readonly registered: number;
  readonly actors: BadActor[];
  readonly causes: number;
  readonly chattering: number;
  readonly topTen: number;
  readonly prices: AreaPrice[];
  readonly stale: StaleRow[];
  readonly times: TimesRow[];
  readonly unphased: UnphasedRow[];
  /** Points are summed from here on; later than the window begins while an upgrade fills the sums. Null: all of the window. */
  readonly sumsFromMs: number | null;
}

/** Hygiene of alarms of a window, by the tables of alerts and the sums of points. @param operators - null: as many as are registered, at least one. */
export async function hygienePage(w: HygieneWindow, operators: number | null, staleMs: number): Promise<HygienePage> {
  const registered = (await db().one<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM "user" WHERE role = 'operator' AND disabled_at IS NULL`,
  ))!.n;
  const people = operators ?? Math.max(1, registered);
  const [rates, found, expected, stale, times, unphased, filled] = await Promise.all([
    alarmRates(w, people),
    badActors(db(), w),
    areaPrices(db(), w),
    staleAlerts(w, staleMs),
    responseTimes(w),
    unphasedCharts(w),
    rollupsFrom(db()),
  ]);
  return {
    rates,
    operators: people,
    registered,
    actors: found.rows,
    causes: found.causes,
    chattering: found.chattering,
    topTen: found.topTen,
    prices: againstAlarms(expected, found.byArea),
    stale,
    times,
    unphased,
    sumsFromMs: filled > w.fromMs ? filled : null,
  };
}
