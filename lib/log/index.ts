import pino, { type Logger } from 'pino';

const holder = globalThis as typeof globalThis & { driftlessLog?: Logger };

/** One logger a process: JSON lines on standard output, level from LOG_LEVEL. */
export function log(): Logger {
  holder.driftlessLog ??= pino({ level: process.env['LOG_LEVEL'] ?? 'info', base: { pid: process.pid } });
  return holder.driftlessLog;
}
