import { setImmediate as nextTurn } from 'node:timers/promises';

/** Other requests get their turn after this much work, ms. */
const SLICE_MS = 15;

/** Lets other work run from time to time. */
export class Turns {
  private since = performance.now();
  async pause(): Promise<void> {
    if (performance.now() - this.since < SLICE_MS) return;
    await nextTurn();
    this.since = performance.now();
  }
}

const COPY_BYTES = 2 ** 20;

/** The parts as one buffer, copied with pauses: copying tens of megabytes takes longer than others should wait. */
export async function joined(parts: readonly Buffer[]): Promise<Buffer> {
  if (parts.length === 1) return parts[0]!;
  const turns = new Turns();
  const whole = Buffer.allocUnsafeSlow(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length; from += COPY_BYTES) {
      const to = Math.min(part.length, from + COPY_BYTES);
      part.copy(whole, at, from, to);
      at += to - from;
      await turns.pause();
    }
  }
  return whole;
}
