import { requireActor } from '@/lib/auth';
import { AppError } from '@/lib/errors';
import { route } from '@/lib/http/route';
import { type SearchParams, timeWindow } from '@/lib/ui/address';
import { packedJson } from '@/lib/ui/typed-json';

export interface ChartRequest {
  readonly id: string;
  readonly params: SearchParams;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The chart and the window that an address below a chart's page asks for. */
export async function chartRequest(req: Request, context: { params: Promise<{ id: string }> }): Promise<ChartRequest> {
  const params = Object.fromEntries(new URL(req.url).searchParams);
  const { fromMs, toMs } = timeWindow(params, Date.now(), '30d');
  return { id: (await context.params).id, params, fromMs, toMs };
}

/** A part of a chart's page that is fetched when it is needed. @param read - null: there is no such part. */
export const chartPart = (read: (r: ChartRequest) => Promise<unknown>) =>
  route<{ params: Promise<{ id: string }> }>(async (req, context) => {
    await requireActor();
    const value = await read(await chartRequest(req, context));
    if (value === null) throw new AppError('not_found', 'there is no such point on this chart');
    return new Response(packedJson(value), { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
  });
