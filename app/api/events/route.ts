import { requireActor } from '@/lib/auth';
import { route } from '@/lib/http/route';
import { type FeedRow, feedHub, feedSince } from '@/lib/services/feed-hub';

export const dynamic = 'force-dynamic';

const BEAT_MS = 15_000;

const holder = globalThis as typeof globalThis & { driftlessStreams?: Set<() => void> };
holder.driftlessStreams ??= new Set();
const streams = holder.driftlessStreams;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  if (!process.listeners(signal).some((l) => l.name === 'closeStreams')) {
    // The server waits for open responses before it exits; these never end by themselves.
    process.on(signal, function closeStreams() {
      for (const close of streams) close();
    });
  }
}

/** Server-sent events for signed-in people: replays from `Last-Event-ID`, then live, with a beat that keeps the line open. */
export const GET = route(async (req) => {
  await requireActor();
  const since = Number(req.headers.get('last-event-id') ?? Number.NaN);
  const encoder = new TextEncoder();
  let stop = () => {};
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (rows: readonly FeedRow[]) => {
        for (const r of rows) {
          const data = JSON.stringify({ id: r.id, at: r.at, kind: r.kind, text: r.text, detail: r.detail });
          controller.enqueue(encoder.encode(`id: ${r.id}\nevent: feed\ndata: ${data}\n\n`));
        }
      };
      const unsubscribe = await feedHub().subscribe(send);
      const beat = setInterval(() => controller.enqueue(encoder.encode(': beat\n\n')), BEAT_MS);
      let open = true;
      stop = () => {
        if (!open) return;
        open = false;
        clearInterval(beat);
        unsubscribe();
        streams.delete(stop);
        controller.close();
      };
      streams.add(stop);
      req.signal.addEventListener('abort', stop);
      controller.enqueue(encoder.encode('retry: 2000\n\n'));
      if (Number.isFinite(since)) send(await feedSince(since));
    },
    cancel: () => stop(),
  });
  return new Response(stream, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' },
  });
});
