import { actorOf, requireActor } from '@/lib/auth';
import { eventStream, type StreamEvent } from '@/lib/http/event-stream';
import { route } from '@/lib/http/route';
import { type FeedRow, feedHub, feedSince } from '@/lib/services/live/feed-hub';

export const dynamic = 'force-dynamic';

const asEvent = (r: FeedRow): StreamEvent => ({
  id: r.id,
  data: { id: r.id, at: r.at, kind: r.kind, text: r.text, detail: r.detail },
});

/**
 * Server-sent events for signed-in people: replays from `Last-Event-ID`, then live, with a heartbeat that keeps the connection open; ends with the
 * session.
 */
export const GET = route(async (req) => {
  const actor = await requireActor();
  const since = Number(req.headers.get('last-event-id') ?? Number.NaN);
  const stream = eventStream(
    {
      user: actor.id,
      subscribe: (on) => feedHub().subscribe((rows) => on(rows.map(asEvent))),
      replay: async () => (Number.isSafeInteger(since) && since >= 0 ? (await feedSince(since)).map(asEvent) : []),
      allowed: async () => (await actorOf(req.headers))?.id === actor.id,
    },
    req.signal,
  );
  return new Response(stream, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' },
  });
});
