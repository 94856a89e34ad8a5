import { z } from 'zod';
import { AppError } from '@/lib/errors';

const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

const areNetworks = (list: string): boolean =>
  list.split(',').every((entry) => entry.trim() === '' || network.safeParse(entry.trim()).success);

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().optional(),
  QUEUE_BACKEND: z.enum(['redis', 'postgres']).default('redis'),
  QUEUE_PREFIX: z.string().default('driftless'),
  APP_URL: z.string().default('http://localhost:3000'),
  AUTH_SECRET: z.string().min(16).optional(),
  /** Proxies before the web server (addresses or CIDR ranges, by commas) whose X-Forwarded-For is read. */
  TRUSTED_PROXIES: z.string().default('').refine(areNetworks, 'give addresses or ranges such as 10.0.0.0/8, separated by commas'),
  /** Private addresses (or ranges) and host names, by commas, that webhooks may go to. */
  WEBHOOK_ALLOW_PRIVATE: z.string().default(''),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** The time zone of the fab, for rotas, digests and quiet hours that name none yet. */
  SITE_ZONE: z.string().default('UTC').refine(isZone, 'give a time zone of the IANA database, such as Europe/Berlin'),
  SMTP_URL: z.string().optional(),
  MAIL_FROM: z.string().default('driftless@localhost'),
  DB_POOL: z.coerce.number().int().min(2).max(50).default(8),
  /** How long a request waits for a connection, and how long one statement may take, ms. */
  DB_ACQUIRE_MS: z.coerce.number().int().min(100).max(120_000).default(5_000),
  DB_STATEMENT_MS: z.coerce.number().int().min(500).max(600_000).default(10_000),
  /** How far back records are taken, and how many new partitions of time one batch may open. */
  HISTORY_MONTHS: z.coerce.number().int().min(1).max(600).default(120),
  NEW_PARTITIONS: z.coerce.number().int().min(1).max(600).default(12),
  /** An alert of a condition (a refused station, a wrong recipe) closes itself after so many right records in a row. */
  ALERT_CLOSES_AFTER: z.coerce.number().int().min(1).max(1000).default(5),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(32).default(4),
});

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false; // RangeError: the runtime has no such zone
  }
}

export type Config = z.infer<typeof schema>;

/** The settings of this process; a bad value stops the start with the variable's name. Parsed when asked: a build has no environment. */
export function config(): Config {
  const r = schema.safeParse(process.env);
  if (!r.success) {
    const i = r.error.issues[0]!;
    throw new AppError('invalid_input', `environment variable ${i.path.join('.')}: ${i.message}`);
  }
  return r.data;
}
