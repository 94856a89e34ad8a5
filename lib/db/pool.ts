import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { config } from '@/lib/config';
import { AppError } from '@/lib/errors';
import { translate } from './failures';
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

const holder = globalThis as typeof globalThis & {
  driftlessPool?: pg.Pool;
  driftlessTransaction?: AsyncLocalStorage<Ambient>;
};

/** The transaction that the running code is part of; `ended` once it was committed or rolled back. */
interface Ambient {
  readonly tx: Tx;
  ended: boolean;
  savepoints: number;
}
holder.driftlessTransaction ??= new AsyncLocalStorage<Ambient>();
const inside = holder.driftlessTransaction;

const ambient = (): Ambient | undefined => {
  const a = inside.getStore();
  return a === undefined || a.ended ? undefined : a;
};

/** One pool a process (also across hot reloads). */
export function pool(): pg.Pool {
  holder.driftlessPool ??= makePool(config().DATABASE_URL, config().DB_POOL);
  return holder.driftlessPool;
}

/** Time limits of every connection: for getting one, for a statement (by the server), and for an answer (a server that is frozen says nothing). */
export const connectionLimits = () => ({
  connectionTimeoutMillis: config().DB_ACQUIRE_MS,
  statement_timeout: config().DB_STATEMENT_MS,
  query_timeout: config().DB_STATEMENT_MS + 1_000,
  idle_in_transaction_session_timeout: 60_000,
  keepAlive: true,
});

export function makePool(connectionString: string, max: number): pg.Pool {
  const p = new pg.Pool({
    connectionString,
    max,
    types,
    idleTimeoutMillis: 60_000,
    application_name: 'driftless',
    ...connectionLimits(),
  });
  p.on('error', () => undefined); // an idle connection that breaks is replaced at its next use; that use reports
  // A connection that breaks while it is in use tells its running statement; without a listener the event would end the process.
  p.on('connect', (client) => client.on('error', () => undefined));
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

const over = (q: Queryable): Db => {
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
};

/** A connection does one statement after the other; callers that ask at once wait here, not inside the driver. */
function inTurn(client: pg.PoolClient): Queryable {
  let last: Promise<unknown> = Promise.resolve();
  const query = (q: pg.QueryConfig) => {
    const next = last.then(() => client.query(q));
    last = next.catch(() => undefined); // reported to its caller; the next one runs all the same
    return next;
  };
  return { query } as Queryable;
}

/**
 * The database. Inside a {@link transaction} this is the transaction's own connection, whoever asks: code within a transaction cannot
 * take a second connection from the pool, so that transactions never wait for each other's connections.
 */
export const db = (): Db => ambient()?.tx ?? over(pool());

/** Whether the running code is part of a transaction. */
export const inTransaction = (): boolean => ambient() !== undefined;

/**
 * Runs `body` in one transaction; any throw rolls back. Deadlocks and serialisation failures are tried again up to three times. Within
 * a transaction it is a savepoint of that one: a throw takes back what `body` did, and the outer one goes on if it catches.
 * @throws AppError `dependency_unavailable` when no connection is had in time; whatever `body` throws.
 */
export async function transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
  const outer = ambient();
  if (outer !== undefined) return savepoint(outer, body);
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(body);
    } catch (e) {
      if (attempt >= 3 || !(e instanceof AppError) || e.details['again'] !== true) throw e;
    }
  }
}

async function savepoint<T>(outer: Ambient, body: (tx: Tx) => Promise<T>): Promise<T> {
  const name = `s${++outer.savepoints}`;
  const say = (text: string) => outer.tx.exec({ text: `${text} ${name}`, values: [] });
  await say('SAVEPOINT');
  try {
    const result = await body(outer.tx);
    await say('RELEASE SAVEPOINT');
    return result;
  } catch (e) {
    await say('ROLLBACK TO SAVEPOINT');
    throw e;
  }
}

async function once<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
  let client: pg.PoolClient;
  try {
    client = await pool().connect();
  } catch (e) {
    throw translate(e);
  }
  const tx: Tx = { ...over(inTurn(client)), inTransaction: true };
  const here: Ambient = { tx, ended: false, savepoints: 0 };
  let broken: Error | undefined;
  try {
    await tx.exec({ text: 'BEGIN', values: [] });
    const result = await inside.run(here, () => body(tx));
    here.ended = true;
    await tx.exec({ text: 'COMMIT', values: [] });
    return result;
  } catch (e) {
    here.ended = true;
    // A connection that is lost or does not answer is thrown away; the server rolls back what it knew of.
    if (isLost(e)) broken = e as Error;
    else
      await client.query('ROLLBACK').catch((r: Error) => {
        broken = r;
      });
    throw e;
  } finally {
    client.release(broken);
  }
}

const isLost = (e: unknown): boolean =>
  e instanceof AppError && e.code === 'dependency_unavailable' && e.details['again'] !== true;

export async function closePool(): Promise<void> {
  const p = holder.driftlessPool;
  delete holder.driftlessPool;
  await p?.end();
}
