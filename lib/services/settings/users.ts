import { randomBytes, randomUUID } from 'node:crypto';
import { hashPassword, verifyPassword } from 'better-auth/crypto';
import { z } from 'zod';
import { db, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { audit } from '../audit';
import { type Ctx, timeOf, verb } from '../verb';
import { EMAIL, LEAST_PASSWORD } from './account-rules';
import { countAttempt, forgive } from './sign-in-limits';

const password = z.string().min(LEAST_PASSWORD, `give ${LEAST_PASSWORD} characters or more`).max(200);
const role = z.enum(['viewer', 'operator', 'engineer', 'administrator']);
const userId = z.string().min(1).max(200);

const newUser = z.strictObject({
  name: z.string().trim().min(1).max(120),
  email: z.email({ pattern: EMAIL }).max(200),
  role,
  password,
});

/**
 * Creates an account; there is no self-registration. The user replaces a temporary password at the first sign-in.
 * @returns the user's id.
 * @throws AppError `conflict` when the address is taken.
 */
export const createUser = verb(
  {
    name: 'user.create',
    least: 'administrator',
    input: z.strictObject({ user: newUser, whose: z.enum(['temporary', 'own']).default('temporary') }),
    body: 'user',
  },
  async (ctx, { user: u, whose }): Promise<string> => {
    const email = u.email.toLowerCase();
    const hash = await hashPassword(u.password);
    return transaction(async (tx) => {
      const id = randomUUID();
      const made = await tx.exec(sql`
        INSERT INTO "user" (id, name, email, email_verified, role, password_due, updated_at) VALUES (${id}, ${u.name}, ${email}, true, ${u.role}::role, ${whose === 'temporary'}, ${timeOf(ctx)}) ON CONFLICT (email) DO NOTHING`);
      if (made === 0) throw new AppError('conflict', `there is a user ${email} already`, { field: 'email' });
      await tx.exec(
        sql`INSERT INTO account (id, account_id, provider_id, user_id, password, updated_at) VALUES (${randomUUID()}, ${id}, 'credential', ${id}, ${hash}, ${timeOf(ctx)})`,
      );
      await audit(tx, ctx, {
        action: 'create',
        entity: 'user',
        entityId: email,
        after: { name: u.name, role: u.role, passwordDue: whose === 'temporary' },
      });
      return id;
    });
  },
);

interface Locked {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly disabled: boolean;
}

/** The user, with all administrators locked, so that two of them cannot demote each other at once. */
async function lockUser(tx: Tx, userId: string): Promise<{ user: Locked; isLastAdministrator: boolean }> {
  const rows = await tx.rows<Locked>(sql`
    SELECT id, email, role::text, disabled_at IS NOT NULL AS disabled FROM "user" WHERE id = ${userId} OR role = 'administrator' ORDER BY id FOR UPDATE`);
  const user = rows.find((r) => r.id === userId);
  if (user === undefined) throw new AppError('not_found', 'there is no such user');
  const inForce = rows.filter((r) => r.role === 'administrator' && !r.disabled);
  return { user, isLastAdministrator: inForce.length === 1 && inForce[0]!.id === userId };
}

/** Changes what a user may do; open sessions see it at their next request. The last administrator keeps the role. */
export const setUserRole = verb(
  { name: 'user.role', least: 'administrator', input: z.strictObject({ user: userId, role }) },
  async (ctx, { user: id, role: next }) =>
    transaction(async (tx) => {
      const { user, isLastAdministrator } = await lockUser(tx, id);
      if (isLastAdministrator && next !== 'administrator')
        throw new AppError('conflict', 'the last administrator cannot be demoted; appoint another one first');
      await tx.exec(sql`UPDATE "user" SET role = ${next}::role, updated_at = ${timeOf(ctx)} WHERE id = ${id}`);
      await audit(tx, ctx, {
        action: 'set role',
        entity: 'user',
        entityId: user.email,
        before: { role: user.role },
        after: { role: next },
      });
    }),
);

/** Disables an account, whose sessions end at once, or enables it again. The last administrator cannot be disabled. */
export const setUserDisabled = verb(
  { name: 'user.disable', least: 'administrator', input: z.strictObject({ user: userId, disabled: z.boolean() }) },
  async (ctx, { user: id, disabled }) =>
    transaction(async (tx) => {
      const { user, isLastAdministrator } = await lockUser(tx, id);
      if (user.disabled === disabled)
        throw new AppError('conflict', `${user.email} is ${disabled ? 'disabled' : 'in force'} already`);
      if (disabled && isLastAdministrator)
        throw new AppError('conflict', 'the last administrator cannot be disabled; appoint another one first');
      await tx.exec(
        sql`UPDATE "user" SET disabled_at = ${disabled ? timeOf(ctx) : null}, updated_at = ${timeOf(ctx)} WHERE id = ${id}`,
      );
      if (disabled) await tx.exec(sql`DELETE FROM session WHERE user_id = ${id}`);
      await audit(tx, ctx, { action: disabled ? 'disable' : 'enable', entity: 'user', entityId: user.email });
    }),
);

/** Makes a new password for a user, who is signed out everywhere and chooses another at the next sign-in. @returns the password, which cannot be read again. */
export const resetPassword = verb(
  { name: 'user.reset-password', least: 'administrator', input: z.strictObject({ user: userId }) },
  async (ctx, { user: id }): Promise<string> => {
    const secret = randomBytes(12).toString('base64url');
    const hash = await hashPassword(secret);
    await transaction(async (tx) => {
      const { user } = await lockUser(tx, id);
      await setHash(tx, ctx, id, hash, true);
      await tx.exec(sql`DELETE FROM session WHERE user_id = ${id}`);
      await audit(tx, ctx, {
        action: 'reset password',
        entity: 'user',
        entityId: user.email,
        after: { passwordDue: true },
      });
    });
    return secret;
  },
);

/**
 * Changes the caller's own password, after which none is due; all sessions except that of `token` end.
 * @throws AppError `invalid_input` when the current one is not right, or is the new one; `rate_limited`.
 */
export const changeOwnPassword = verb(
  {
    name: 'password.change',
    least: 'viewer',
    input: z.strictObject({ password, current: z.string().max(200), token: z.string() }),
  },
  async (ctx, { password: wanted, current: given, token }) => {
    const { email } = ctx.by;
    const user = await db().one<{ id: string }>(sql`SELECT id FROM "user" WHERE email = ${email}`);
    if (user === undefined) throw new AppError('not_found', `there is no user ${email}`);
    const attempt = await countAttempt([['account', `password of ${user.id}`]]);
    if (attempt.limited !== null) throw new AppError('rate_limited', 'too many wrong passwords; wait a quarter of an hour');
    const hash = await hashPassword(wanted);
    await transaction(async (tx) => {
      const row = await tx.one<{ password: string }>(
        sql`SELECT password FROM account WHERE user_id = ${user.id} AND provider_id = 'credential' FOR UPDATE`,
      );
      if (row === undefined || !(await verifyPassword({ hash: row.password, password: given })))
        throw new AppError('invalid_input', 'the current password is not right', { field: 'current' });
      if (wanted === given)
        throw new AppError('invalid_input', 'the new password is the current one; choose another', { field: 'next' });
      const { wasDue } = await setHash(tx, ctx, user.id, hash, false);
      await tx.exec(sql`DELETE FROM session WHERE user_id = ${user.id} AND token <> ${token}`);
      await audit(tx, ctx, {
        action: 'change password',
        entity: 'user',
        entityId: email,
        ...(wasDue ? { before: { passwordDue: true }, after: { passwordDue: false } } : {}),
      });
    });
    await forgive(attempt.ids);
  },
);

/** @param due - whether the user has to choose another. @returns whether that was so until now. */
async function setHash(tx: Tx, ctx: Ctx, userId: string, hash: string, due: boolean): Promise<{ wasDue: boolean }> {
  await tx.exec(
    sql`UPDATE account SET password = ${hash}, updated_at = ${timeOf(ctx)} WHERE user_id = ${userId} AND provider_id = 'credential'`,
  );
  const before = await tx.one<{ due: boolean }>(sql`SELECT password_due AS due FROM "user" WHERE id = ${userId} FOR UPDATE`);
  await tx.exec(sql`UPDATE "user" SET password_due = ${due}, updated_at = ${timeOf(ctx)} WHERE id = ${userId}`);
  return { wasDue: before?.due === true };
}

/** Records in the audit trail that somebody signed out. */
export const recordSignOut = verb({ name: 'session.end', least: 'viewer', input: z.strictObject({}) }, async (ctx) =>
  transaction((tx) => audit(tx, ctx, { action: 'sign out', entity: 'user', entityId: ctx.by.email })),
);
