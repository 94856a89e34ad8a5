import { PrismaPg } from '@prisma/adapter-pg';
import { config } from '@/lib/config';
import { AppError } from '@/lib/errors';
import { PrismaClient } from './generated/client';
import { inTransaction, makePool } from './pool';

const CONNECTIONS = 4;

const holder = globalThis as typeof globalThis & { driftlessPrisma?: PrismaClient };

/**
 * Prisma's client, which sign-in (better-auth) uses; everything else is read and written by SQL. One client a process, with the time limits
 * of every other connection.
 * @throws AppError `internal` inside a transaction, whose connection Prisma cannot use: it would wait for a second one.
 */
export function prisma(): PrismaClient {
  if (inTransaction())
    throw new AppError('internal', 'Prisma was asked within a transaction; read it before, or use the transaction');
  holder.driftlessPrisma ??= new PrismaClient({
    adapter: new PrismaPg(makePool(config().DATABASE_URL, CONNECTIONS), { disposeExternalPool: true }),
  });
  return holder.driftlessPrisma;
}
