import pg from 'pg';
import { config } from '@/lib/config';
import { AppError } from '@/lib/errors';
import { parseFloat8Array, type Sql } from './sql';

const FLOAT8_ARRAY = 1022;
const FLOAT4_ARRAY = 1021;
const INT8 = 20;

/** int8 stays exact below 2^53: all our bigints are counters and row numbers. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary' && (oid === FLOAT8_ARRAY || oid === FLOAT4_ARRAY)) return parseFloat8Array;
    if (oid === INT8) return Number;
    return pg.types.getTypeParser(oid, format as 'text');
  }) as typeof pg.types.getTypeParser,
};

const holder = globalThis as typeof globalThis & { driftlessPool?: pg.Pool };

/** One pool a process (also across hot reloads). */
export function pool(): pg.Pool {
  holder.driftlessPool ??= makePool(config().DATABASE_URL, config().DB_POOL);
  return holder.driftlessPool;
}

export function makePool(connectionString: string, max: number): pg.Pool {
  const p = new pg.Pool({ connectionString, max, types, idleTimeoutMillis: 60_000, application_name: 'driftless' });
  p.on('error', () => undefined); // an idle connection that breaks is replaced at its next use; that use reports
  return p;
}

/** What a process remembers of a database (known names, cached rows) is forgotten with the pool that it was read through. */
export function perDatabase<T extends object>(make: () => T): () => T {
  const kept = new WeakMap<pg.Pool, T>();
  return () => {
    const p = pool();
    let value = kept.get(p);
    if (value === undefined) {
      value = make();
      kept.set(p, value);
    }
    return value;
  };
}

/** Reads and writes on one connection or on the pool; everything that grows with time goes through here. */
export interface Db {
  rows<T>(q: Sql): Promise<T[]>;
  one<T>(q: Sql): Promise<T | undefined>;
  /** Number of rows touched. */
  exec(q: Sql): Promise<number>;
}

export interface Tx extends Db {
  readonly inTransaction: true;
}

type Queryable = Pick<pg.Pool, 'query'> | pg.PoolClient;

function over(q: Queryable): Db {
  const run = async (s: Sql) => {
    try {
      return await q.query({ text: s.text, values: s.values as unknown[] });
    } catch (e) {
      throw translate(e);
    }
  };
  return {
    rows: async <T>(s: Sql) => (await run(s)).rows as T[],
    one: async <T>(s: Sql) => (await run(s)).rows[0] as T | undefined,
    exec: async (s) => (await run(s)).rowCount ?? 0,
  };
}

const CONNECTION = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', '57P01', '57P03', '53300', '08006', '08001']);
const DEADLOCK = new Set(['40P01', '40001', '55P03']);

function translate(e: unknown): unknown {
  const code = (e as { code?: string }).code ?? '';
  if (CONNECTION.has(code))
    return new AppError('dependency_unavailable', 'the database cannot be reached; it is tried again', { code }, { cause: e });
  if (DEADLOCK.has(code))
    return new AppError('dependency_unavailable', 'the transaction met another one; it is tried again', { code }, { cause: e });
  return e;
}

export const db = (): Db => over(pool());

/** Runs `body` in one transaction; any throw rolls back. Deadlocks and serialisation failures are tried again up to three times. */
export async function transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(body);
    } catch (e) {
      const code = e instanceof AppError ? e.details['code'] : undefined;
      if (attempt >= 3 || typeof code !== 'string' || !DEADLOCK.has(code)) throw e;
    }
  }
}

async function once<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
  let client: pg.PoolClient;
  try {
    client = await pool().connect();
  } catch (e) {
    throw translate(e);
  }
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await body({ ...over(client), inTransaction: true });
    await client.query('COMMIT');
    return result;
  } catch (e) {
    await client.query('ROLLBACK').catch((r: Error) => {
      broken = r; // a connection that cannot roll back is thrown away, not returned to the pool
    });
    throw e;
  } finally {
    client.release(broken);
  }
}

export async function closePool(): Promise<void> {
  const p = holder.driftlessPool;
  delete holder.driftlessPool;
  await p?.end();
}
