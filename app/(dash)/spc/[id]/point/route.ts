import { chosenPoint } from '@/lib/services/spc/views/chart-points';
import { chartPart } from '../answer';
import { readPointKey } from '../point-key';

export const dynamic = 'force-dynamic';

/** One point of a long chart with why it is red. */
export const GET = chartPart(async ({ id, params }) => {
  const key = readPointKey(String(params['point'] ?? ''));
  return key === null ? null : chosenPoint(id, key);
});
