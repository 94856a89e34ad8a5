import { randomUUID } from 'node:crypto';
import { parseCharacteristic } from '@/lib/characteristic';
import { sql, type Tx } from '@/lib/db';
import { enqueueLater } from '@/lib/queue/outbox';
import { TAKEN } from '../taken';

export const FILL_SOURCES = ['measurement', 'overlay', 'run', 'count', 'event'] as const;
export type FillSource = (typeof FILL_SOURCES)[number];

/** The records that a characteristic is computed from. */
export function fillSourceOf(characteristic: string): FillSource {
  const source = parseCharacteristic(characteristic)?.source;
  if (source === 'overlay' || source === 'count' || source === 'event') return source;
  return source === 'vm' || source === 'trace' ? 'run' : 'measurement';
}

/** First window that is read, ms: it follows the density of the records from then on. */
export const FIRST_WINDOW_MS = 86_400_000;
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Records measured up to this much ahead of the clock are history too. */
const AHEAD_MS = 86_400_000;

interface Fill {
  readonly templateId: string | null;
  readonly author: string;
  /** They are in the database. */
  readonly charts: readonly { readonly id: string }[];
  readonly now: Date;
  /** Only records from then on; default: all. */
  readonly from?: Date;
}

/** Asks for the history of charts. Until it is there they take no baseline and raise no alert. @returns the id of the fill, null without charts, or where nothing was seen yet. */
export async function startFill(tx: Tx, { templateId, author, charts, now, from = new Date(0) }: Fill): Promise<string | null> {
  if (charts.length === 0) return null;
  const taken = await tx.rows<{ characteristic: string }>(
    sql`SELECT DISTINCT t.characteristic FROM chart c ${TAKEN} WHERE c.id = ANY(${charts.map((c) => c.id)}::uuid[])`,
  );
  const source = FILL_SOURCES.find((s) => taken.some((c) => fillSourceOf(c.characteristic) === s));
  if (source === undefined) return null;
  const hasHistory = await tx.one(sql`SELECT 1 FROM seen_context LIMIT 1`);
  if (hasHistory === undefined) return null;
  const id = randomUUID();
  await tx.exec(sql`
    INSERT INTO chart_fill (id, template_id, author, charts, from_at, up_to, source, place_at, place_id, window_ms, created_at)
    VALUES (${id}, ${templateId}::uuid, ${author}, ${charts.length}, ${from}, ${new Date(now.getTime() + AHEAD_MS)}, ${source}, ${from}, ${FIRST_ID}, ${FIRST_WINDOW_MS}, ${now})`);
  await tx.exec(sql`UPDATE chart SET fill_id = ${id} WHERE id = ANY(${charts.map((c) => c.id)}::uuid[])`);
  await enqueueLater(tx, [{ queue: 'fill', key: `fill_${id}_0`, payload: { v: 1, fillId: id, step: 0 } }]);
  return id;
}
