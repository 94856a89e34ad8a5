import { randomUUID } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { z } from 'zod';
import { sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { audit } from './audit';

const newUser = z.strictObject({
  name: z.string().trim().min(1).max(120),
  email: z.email().max(200),
  role: z.enum(['viewer', 'operator', 'engineer', 'administrator']),
  password: z.string().min(8).max(200),
});

/** Makes an account; people do not sign up by themselves. @throws AppError `conflict` when the address is taken. */
export async function createUser(input: unknown, actor: string): Promise<string> {
  const u = newUser.parse(input);
  const email = u.email.toLowerCase();
  const password = await hashPassword(u.password);
  return transaction(async (tx) => {
    const id = randomUUID();
    const made = await tx.exec(sql`
      INSERT INTO "user" (id, name, email, email_verified, role, updated_at) VALUES (${id}, ${u.name}, ${email}, true, ${u.role}::role, now()) ON CONFLICT (email) DO NOTHING`);
    if (made === 0) throw new AppError('conflict', `there is a user ${email} already`);
    await tx.exec(
      sql`INSERT INTO account (id, account_id, provider_id, user_id, password, updated_at) VALUES (${randomUUID()}, ${id}, 'credential', ${id}, ${password}, now())`,
    );
    await audit(tx, { actor, action: 'create', entity: 'user', entityId: email, after: { role: u.role } });
    return id;
  });
}

/** Changes what a user may do; open sessions see it at their next request. The last administrator stays one. */
export async function setUserRole(userId: string, role: unknown, actor: string): Promise<void> {
  const next = newUser.shape.role.parse(role);
  await transaction(async (tx) => {
    const u = await tx.one<{ email: string; role: string }>(
      sql`SELECT email, role::text FROM "user" WHERE id = ${userId} FOR UPDATE`,
    );
    if (u === undefined) throw new AppError('not_found', 'there is no such user');
    if (u.role === 'administrator' && next !== 'administrator') {
      const others = await tx.one<{ n: number }>(
        sql`SELECT count(*)::int AS n FROM "user" WHERE role = 'administrator' AND id <> ${userId}`,
      );
      if (others!.n === 0) throw new AppError('conflict', 'the last administrator cannot be demoted; appoint another one first');
    }
    await tx.exec(sql`UPDATE "user" SET role = ${next}::role, updated_at = now() WHERE id = ${userId}`);
    await audit(tx, {
      actor,
      action: 'set role',
      entity: 'user',
      entityId: u.email,
      before: { role: u.role },
      after: { role: next },
    });
  });
}
