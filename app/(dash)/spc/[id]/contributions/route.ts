import { pointContributions } from '@/lib/services/spc/views/contributions';
import { chartPart } from '../answer';

export const dynamic = 'force-dynamic';

/** What each variable of a point has to do with where it stands. */
export const GET = chartPart(({ id, params }) => pointContributions(id, String(params['record'] ?? '')));
