import { closePool, prisma } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { createApiKey } from '@/lib/services/settings/api-keys';
import { createUser } from '@/lib/services/settings/users';
import { startSimulatedFab } from '@/lib/services/simulation/start-fab';
import { asMachine } from '@/lib/services/verb';

const PEOPLE = [
  { name: 'Ana', email: 'ana@driftless.local', role: 'engineer' },
  { name: 'Omar', email: 'omar@driftless.local', role: 'operator' },
  { name: 'Vera', email: 'vera@driftless.local', role: 'viewer' },
  { name: 'Admin', email: 'admin@driftless.local', role: 'administrator' },
] as const;

/** Users, a key for the simulated fab's tools, and the fab itself. A second run changes nothing. */
async function seed(): Promise<void> {
  const ctx = asMachine('seed');
  const password = process.env['DEMO_PASSWORD'] ?? 'driftless';
  for (const p of PEOPLE) {
    try {
      await createUser(ctx, { user: { ...p, password }, whose: 'own' });
    } catch (e) {
      if (!(e instanceof AppError && e.code === 'conflict')) throw e;
    }
  }
  const key = process.env['DRIFTLESS_API_KEY'];
  const scopes = ['ingest', 'advice', 'fab', 'truth', 'read', 'alerts'] as const;
  if (key !== undefined) await createApiKey(ctx, { key: { sender: 'simulated-fab', scopes: [...scopes] }, given: key });
  const made = await startSimulatedFab(ctx, Number(process.env['DEMO_SEED'] ?? 1));
  process.stdout.write(
    `fab registered: ${made.tools} tools, ${made.operations} operations, ${made.loops} loops, ${made.charts} new charts\n`,
  );
}

try {
  await seed();
} catch (e) {
  process.stderr.write(`error: seeding failed: ${(e as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await closePool();
  await prisma().$disconnect();
}
