import { type Db, sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { onCall } from '../rota/on-call';
import { type EscalationTarget, targetWords } from './escalation';

/** Who is told, and in words why them. */
export interface ResolvedTargets {
  readonly emails: readonly string[];
  readonly words: string;
}

/**
 * The people behind targets, at a time: whoever has the role, persons who may still sign in, and whoever is on call then. Nobody is never told: where no
 * target is left, the administrators are.
 * @param now - epoch ms.
 */
export async function resolveTargets(on: Db, to: readonly EscalationTarget[], now: number): Promise<ResolvedTargets> {
  const duty = await onCall(
    on,
    to.flatMap((t) => ('rota' in t ? [t.rota] : [])),
    now,
  );
  const roles = to.flatMap((t) => ('role' in t ? [t.role] : []));
  const persons = [...to.flatMap((t) => ('person' in t ? [t.person] : [])), ...[...duty.values()].flat()];
  const find = (who: readonly string[], named: readonly string[]) =>
    on.rows<{ email: string }>(sql`
      SELECT email FROM "user" WHERE disabled_at IS NULL AND (role::text = ANY(${[...who]}::text[]) OR email = ANY(${[...named]}::text[])) ORDER BY email LIMIT 500`);
  const found = await find(roles, persons);
  const words = to.map(targetWords).join(', ');
  if (found.length > 0) return { emails: found.map((f) => f.email), words };
  const administrators = await find(['administrator'], []);
  return {
    emails: administrators.map((f) => f.email),
    words: `the administrators, since nobody who may sign in is ${words}`,
  };
}

/**
 * @param field - of the input, as the message calls it. @param path - of the input, as a form knows it.
 * @throws AppError `invalid_input` for a person who may not sign in, and for a rota that does not exist.
 */
export async function requireTargets(tx: Tx, to: readonly EscalationTarget[], field: string, path: string): Promise<void> {
  const named = [...new Set(to.flatMap((t) => ('person' in t ? [t.person] : [])))];
  const rotas = [...new Set(to.flatMap((t) => ('rota' in t ? [t.rota] : [])))];
  const [people, known] = await Promise.all([
    tx.rows<{ email: string }>(sql`SELECT email FROM "user" WHERE email = ANY(${named}::text[]) AND disabled_at IS NULL`),
    tx.rows<{ name: string }>(sql`SELECT name FROM rota WHERE name = ANY(${rotas}::text[])`),
  ]);
  const missing = named.find((n) => !people.some((p) => p.email === n));
  if (missing !== undefined)
    throw new AppError(
      'invalid_input',
      `${field}: there is no user "${missing}" who may sign in; give the address that a user signs in with`,
      { field: path },
    );
  const unknown = rotas.find((r) => !known.some((k) => k.name === r));
  if (unknown !== undefined)
    throw new AppError('invalid_input', `${field}: there is no rota "${unknown}"; make it first, or name another`, {
      field: path,
    });
}
