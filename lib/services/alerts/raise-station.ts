import { randomUUID } from 'node:crypto';
import { sql, type Tx } from '@/lib/db';
import { feed } from '../feed';
import { alertEvent } from './raise';

/** A station whose spectra a recipe refuses: its light, its calibration or the sample is not what the model describes. */
export interface StationTrouble {
  readonly station: string;
  readonly recipe: string;
  readonly area: string;
  readonly product: string;
  readonly operation: string;
  readonly lot: string;
  readonly slot: number;
  readonly recordId: string;
  readonly at: Date;
  /** Largest χ²/ν of a refused site. */
  readonly value: number;
  readonly title: string;
}

/** One open alert a station and recipe; further refused wafers add to it. */
export async function raiseStationAlert(tx: Tx, t: StationTrouble): Promise<void> {
  const key = `spectra:${t.station}:${t.recipe}`;
  const open = await tx.one<{ id: string }>(sql`SELECT id FROM alert WHERE dedupe_key = ${key} AND state <> 'closed' FOR UPDATE`);
  if (open !== undefined) {
    await tx.exec(sql`UPDATE alert SET last_at = greatest(last_at, ${t.at}), first_at = least(first_at, ${t.at}), count = count + 1, version = version + 1,
      title = ${t.title}, record_id = ${t.recordId}, lot = ${t.lot}, slot = ${t.slot}, value = ${t.value} WHERE id = ${open.id}`);
    await alertEvent(tx, open.id, 'Driftless', 'again', t.title, { lot: t.lot, slot: t.slot });
    return;
  }
  const id = randomUUID();
  await tx.exec(sql`
    INSERT INTO alert (id, dedupe_key, kind, severity, title, area, tool, product, operation, record_id, lot, slot, value, first_at, last_at)
    VALUES (${id}, ${key}, 'spectra', 'high', ${t.title}, ${t.area}, ${t.station}, ${t.product}, ${t.operation}, ${t.recordId}, ${t.lot}, ${t.slot}, ${t.value}, ${t.at}, ${t.at})`);
  await alertEvent(tx, id, 'Driftless', 'opened', t.title, { lot: t.lot, slot: t.slot });
  await feed(tx, [{ kind: 'alert', text: t.title, detail: { alertId: id, severity: 'high', tool: t.station, chamber: null } }]);
}
