import { valueBins } from '@/lib/services/spc/views/chart-points';
import { chartPart } from '../answer';

export const dynamic = 'force-dynamic';

/** The histogram of a long chart. */
export const GET = chartPart(({ id, fromMs, toMs }) => valueBins(id, fromMs, toMs));
