import { config } from '@/lib/config';
import type { Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { type HoldPlace, holdPage, holdsAt, holdWords } from './hold';

const FIELD: Readonly<Record<string, string>> = { lot: 'lot', tool: 'tool', chamber: 'chambers' };

/**
 * Nothing is advised to a held tool or chamber, or for a held lot.
 * @throws AppError `on_hold` with the hold, its reason and its page.
 */
export async function refuseHeld(tx: Tx, place: HoldPlace): Promise<void> {
  const [h] = await holdsAt(tx, place);
  if (h === undefined) return;
  const page = `${config().APP_URL}${holdPage(h.id)}`;
  throw new AppError(
    'on_hold',
    `${holdWords(h)} is on hold since ${h.placed_at.toISOString()}, by ${h.placed_by}: ${h.reason}. Nothing is advised until it is released on ${page}; then ask again under the same key`,
    {
      field: FIELD[h.scope]!,
      holdId: h.id,
      scope: h.scope,
      lot: h.lot,
      tool: h.tool,
      chamber: h.chamber,
      reason: h.reason,
      placedBy: h.placed_by,
      placedAt: h.placed_at.toISOString(),
      page,
    },
  );
}
