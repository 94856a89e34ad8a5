import { randomBytes } from 'node:crypto';
import { otherDatabase, templateName, withClient } from './template';

export interface TestDatabase {
  /** Address of the database, also set as DATABASE_URL of this process. */
  readonly url: string;
  readonly name: string;
  /** Drop it, with whatever connections are left. */
  drop(): Promise<void>;
}

function serverUrl(): string {
  const url = process.env['TEST_SERVER_URL'] ?? process.env['DATABASE_URL'];
  if (!url) throw new Error('DATABASE_URL is not set: run the file with "npm run test:int"');
  process.env['TEST_SERVER_URL'] = url; // DATABASE_URL moves to the file's own database
  return url;
}

/**
 * A fresh, migrated database for one test file: `const db = await testDatabase()` in `beforeAll`, `await db.drop()` in
 * `afterAll`. DATABASE_URL of the process points to it, so call this before anything of ours connects.
 */
export const testDatabase = (): Promise<TestDatabase> => makeDatabase(`template ${templateName()}`);

/** The same without any table. */
export const emptyDatabase = (): Promise<TestDatabase> => makeDatabase('');

async function makeDatabase(from: string): Promise<TestDatabase> {
  const server = serverUrl();
  const name = `t_${process.pid}_${randomBytes(4).toString('hex')}`;
  const admin = otherDatabase(server, 'postgres');
  await withClient(admin, (client) => client.query(`create database ${name} ${from}`));
  const url = otherDatabase(server, name);
  process.env['DATABASE_URL'] = url;
  return {
    url,
    name,
    drop: () => withClient(admin, async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
  };
}

/** A queue prefix of its own for one test file; QUEUE_PREFIX of the process is set to it. */
export function testQueuePrefix(): string {
  const prefix = `t-${process.pid}-${randomBytes(4).toString('hex')}`;
  process.env['QUEUE_PREFIX'] = prefix;
  return prefix;
}

/** Wait until something holds, asked again and again; the last answer is in the error. */
export async function eventually<T>(ask: () => Promise<T>, holds: (value: T) => boolean, timeoutMs = 20_000): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (Date.now() > until) throw new Error(`not reached within ${timeoutMs} ms: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
