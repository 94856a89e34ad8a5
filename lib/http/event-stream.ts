import { AppError } from '@/lib/errors';

export interface StreamEvent {
  readonly id: number;
  readonly data: unknown;
}

export interface StreamLimits {
  /** Streams of one person at a time: tabs and windows. */
  readonly perUser: number;
  /** Bytes that may wait for a slow reader; beyond them events are left out and the reader is told to read anew. */
  readonly bufferBytes: number;
  /** A reader that takes nothing for this long is disconnected. */
  readonly stuckMs: number;
  readonly beatMs: number;
  /** How long a session that was checked is trusted before it is checked again. */
  readonly trustMs: number;
}

const LIMITS: StreamLimits = { perUser: 12, bufferBytes: 256 * 1024, stuckMs: 60_000, beatMs: 15_000, trustMs: 1_000 };

/** What a stream is fed from, and whether its reader may still read. */
export interface StreamSource {
  readonly user: string;
  /** Starts the feed; returns how to stop it. */
  subscribe(onEvents: (events: readonly StreamEvent[]) => void): () => void;
  /** Events since the one that the reader saw last. */
  replay(): Promise<readonly StreamEvent[]>;
  /** Whether the session still stands. */
  allowed(): Promise<boolean>;
}

const holder = globalThis as typeof globalThis & { driftlessStreams?: Map<() => void, string> };
holder.driftlessStreams ??= new Map();
const open = holder.driftlessStreams;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  if (!process.listeners(signal).some((l) => l.name === 'closeStreams')) {
    // The server waits for open responses before it exits; these never end by themselves.
    process.on(signal, function closeStreams() {
      for (const close of open.keys()) close();
    });
  }
}

/**
 * Server-sent events for one reader: named `feed`, or `resync` where events were left out because the reader was too slow. The session is asked
 * again before every delivery and with every beat, and the stream ends with it.
 * @throws AppError `rate_limited` when this person has too many streams open.
 */
export function eventStream(
  source: StreamSource,
  hungUp: AbortSignal,
  limits: StreamLimits = LIMITS,
): ReadableStream<Uint8Array> {
  if ([...open.values()].filter((u) => u === source.user).length >= limits.perUser)
    throw new AppError('rate_limited', `${limits.perUser} live views of one person are open already; close one`);
  const encoder = new TextEncoder();
  let stop = (_isCancelled = false) => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const reader = new SlowReader(
          limits,
          (text) => controller.enqueue(encoder.encode(text)),
          () => controller.desiredSize ?? 0,
        );
        let last: Promise<unknown> = Promise.resolve();
        let trusted = 0;
        let isOpen = true;
        /** In turn, and only as long as the session stands. */
        const deliver = (say: () => void): void => {
          last = last.then(async () => {
            if (!isOpen) return;
            if (Date.now() - trusted >= limits.trustMs) {
              if (!(await source.allowed().catch(() => false))) return stop();
              trusted = Date.now();
            }
            if (!isOpen) return;
            say();
            if (reader.isStuck(Date.now())) stop();
          });
        };
        const unsubscribe = source.subscribe((events) => {
          if (reader.admits()) deliver(() => reader.send(events));
        });
        const beat = setInterval(() => deliver(() => reader.beat()), limits.beatMs);
        stop = (isCancelled = false) => {
          if (!isOpen) return;
          isOpen = false;
          clearInterval(beat);
          unsubscribe();
          open.delete(close);
          if (!isCancelled) controller.close(); // a cancelled stream is closed already
        };
        const close = () => stop();
        open.set(close, source.user);
        hungUp.addEventListener('abort', close);
        controller.enqueue(encoder.encode('retry: 2000\n\n'));
        void source.replay().then(
          (events) => deliver(() => reader.send(events)),
          () => stop(),
        );
        if (hungUp.aborted) stop();
      },
      cancel: () => stop(true),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: limits.bufferBytes }),
  );
}

/** Keeps what waits for a reader bounded: what does not fit is left out, which is reported once there is room again. */
class SlowReader {
  private missed = false;
  private fullSince: number | null = null;
  private waiting = 0;

  constructor(
    private readonly limits: StreamLimits,
    private readonly enqueue: (text: string) => void,
    private readonly room: () => number,
  ) {}

  /** Whether another batch may wait for its turn; one that may not counts as missed. */
  admits(): boolean {
    if (this.waiting < 64) {
      this.waiting++;
      return true;
    }
    this.missed = true;
    return false;
  }

  send(events: readonly StreamEvent[]): void {
    this.waiting = Math.max(0, this.waiting - 1);
    for (const e of events) this.write(`id: ${e.id}\nevent: feed\ndata: ${JSON.stringify(e.data)}\n\n`);
  }

  beat(): void {
    this.write(': beat\n\n');
  }

  private write(text: string): void {
    if (this.room() < text.length) {
      this.missed ||= !text.startsWith(':');
      this.fullSince ??= Date.now();
      return;
    }
    this.fullSince = null;
    if (this.missed) this.enqueue('event: resync\ndata: {}\n\n');
    this.missed = false;
    this.enqueue(text);
  }

  isStuck(now: number): boolean {
    return this.fullSince !== null && now - this.fullSince > this.limits.stuckMs;
  }
}
