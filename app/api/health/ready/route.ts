import { problem } from '@/lib/http/route';
import { checkReady } from '@/lib/services/system/status';

export const dynamic = 'force-dynamic';

/**
 * Ready when the database answers and is migrated, and live workers take the work that is due. Redis may be down: nothing that a page or a sender
 * needs depends on it.
 */
export async function GET(): Promise<Response> {
  try {
    await checkReady();
    return Response.json({ status: 'ready' });
  } catch (e) {
    return problem(e, 'health');
  }
}
