import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { closePool, prisma } from '@/lib/db';
import { createUser } from '@/lib/services/settings/users';
import { asMachine, asSent } from '@/lib/services/verb';

const options = new Command('add-user')
  .description(
    'Makes an account. The password is read from NEW_PASSWORD; without it one is made and printed once, and another is chosen at the first sign-in.',
  )
  .requiredOption('--email <address>')
  .requiredOption('--name <name>')
  .option('--role <role>', 'viewer, operator, engineer or administrator', 'viewer')
  .parse()
  .opts<{ email: string; name: string; role: string }>();

try {
  const given = process.env['NEW_PASSWORD'];
  const password = given ?? randomBytes(12).toString('base64url');
  const whose = given === undefined ? 'temporary' : 'own';
  await createUser(asMachine('add-user'), { user: asSent({ ...options, password }), whose });
  process.stdout.write(`made ${options.role} ${options.email}${given === undefined ? `, password ${password}` : ''}\n`);
} catch (e) {
  process.stderr.write(`error: ${(e as Error).message.replace(/\s+/g, ' ')}\n`);
  process.exitCode = 1;
} finally {
  await closePool();
  await prisma().$disconnect();
}
