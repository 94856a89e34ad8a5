import { PrismaPg } from '@prisma/adapter-pg';
import { config } from '@/lib/config';
import { PrismaClient } from './generated/client';

const holder = globalThis as typeof globalThis & { driftlessPrisma?: PrismaClient };

/** Prisma for entities and configuration; what grows with time is read and written by SQL. One client a process. */
export function prisma(): PrismaClient {
  holder.driftlessPrisma ??= new PrismaClient({ adapter: new PrismaPg({ connectionString: config().DATABASE_URL, max: 4 }) });
  return holder.driftlessPrisma;
}
