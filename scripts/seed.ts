import { createApiKey } from '@/lib/auth/api-keys';
import { closePool, prisma } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { asMachine } from '@/lib/services/actor';
import { createUser } from '@/lib/services/settings/users';
import { startSimulatedFab } from '@/lib/services/simulation/start-fab';

const PEOPLE = [
  { name: 'Ana', email: 'ana@driftless.local', role: 'engineer' },
  { name: 'Omar', email: 'omar@driftless.local', role: 'operator' },
  { name: 'Vera', email: 'vera@driftless.local', role: 'viewer' },
  { name: 'Admin', email: 'admin@driftless.local', role: 'administrator' },
] as const;

/** Users, a key for the simulated fab's tools, and the fab itself. Run twice, it changes nothing. */
async function seed(): Promise<void> {
  const password = process.env['DEMO_PASSWORD'] ?? 'driftless';
  for (const p of PEOPLE) {
    try {
      await createUser({ ...p, password }, asMachine('seed'), 'own');
    } catch (e) {
      if (!(e instanceof AppError && e.code === 'conflict')) throw e;
    }
  }
  const key = process.env['DRIFTLESS_API_KEY'];
  if (key !== undefined) await createApiKey('simulated-fab', ['ingest', 'advice', 'fab', 'truth', 'read', 'alerts'], 'seed', key);
  const made = await startSimulatedFab(Number(process.env['DEMO_SEED'] ?? 1), 'seed');
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
