import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { config } from '@/lib/config';
import { db, sql, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { parsed } from '@/lib/formats/parsed';
import { log } from '@/lib/log';
import { audit } from '@/lib/services/audit';
import { type Bucket, countAttempt, forgive } from '@/lib/services/settings/sign-in-limits';
import { clientAddress, limitedAddress } from './address';
import { fromOwnPage } from './origin';
import { ADDRESS_HEADER, auth } from './server';

const credentials = z.object({
  email: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}\p{Surrogate}]*$/u, 'holds characters that no address has'),
  password: z.string().min(1).max(200),
});

const BROWSER_COOKIE = 'driftless-browser';
const YEAR_S = 365 * 86_400;

const mac = (email: string, nonce: string): string =>
  createHmac('sha256', config().AUTH_SECRET ?? '')
    .update(`browser\n${email}\n${nonce}`)
    .digest('base64url');

/** The mark of a browser in which this account was signed in before, or null. */
function knownBrowser(headers: Headers, email: string): string | null {
  const cookie = new RegExp(`(?:^|; )${BROWSER_COOKIE}=([\\w-]{16,64})\\.([\\w-]{16,64})(?:;|$)`).exec(
    headers.get('cookie') ?? '',
  );
  if (cookie === null) return null;
  const [given, right] = [Buffer.from(cookie[2]!), Buffer.from(mac(email, cookie[1]!))];
  return given.length === right.length && timingSafeEqual(given, right) ? cookie[1]! : null;
}

function browserCookie(email: string): string {
  const nonce = randomBytes(18).toString('base64url');
  const secure = config().APP_URL.startsWith('https:') ? '; Secure' : '';
  return `${BROWSER_COOKIE}=${nonce}.${mac(email, nonce)}; Path=/; Max-Age=${YEAR_S}; HttpOnly; SameSite=Lax${secure}`;
}

/**
 * Signs in by e-mail and password. Wrong passwords are counted by account and by address; in a browser in which the account was used
 * before they are counted by themselves, so that strangers who try an account cannot keep its owner out. Failures are logged and audited.
 * @returns the answer with the cookies of the session.
 * @throws AppError `unauthenticated` for a wrong pair and for a disabled account alike; `rate_limited`; `forbidden` from a foreign page.
 */
export async function signInRequest(input: unknown, headers: Headers): Promise<Response> {
  if (!fromOwnPage(headers)) throw new AppError('forbidden', `sign in at ${config().APP_URL}; other addresses are refused`);
  const given = parsed(credentials, input);
  const email = given.email.toLowerCase();
  const address = clientAddress(headers);
  const browser = knownBrowser(headers, email);
  const from = limitedAddress(address);
  const buckets: Bucket[] =
    browser !== null
      ? [['browser', `${email}\n${browser}`]]
      : [['account', email], ...(from === null ? [] : [['address', from] as const])];
  const attempt = await countAttempt(buckets);
  if (attempt.limited !== null) {
    if (attempt.isFirst) await failed('sign in stopped', email, address, `too many wrong passwords by ${attempt.limited}`);
    throw new AppError(
      'rate_limited',
      'too many wrong passwords; wait a quarter of an hour, or use a browser in which you have signed in before',
    );
  }
  const user = await db().one<{ disabled: boolean }>(
    sql`SELECT disabled_at IS NOT NULL AS disabled FROM "user" WHERE email = ${email}`,
  );
  const answer = await auth().api.signInEmail({
    body: { email, password: given.password },
    headers: own(headers, address),
    asResponse: true,
  });
  if (!answer.ok || user?.disabled === true) {
    await failed(
      'sign in failed',
      email,
      address,
      user === undefined ? 'no such account' : answer.ok ? 'disabled' : 'wrong password',
    );
    if (answer.ok) await dropSession(answer);
    throw new AppError('unauthenticated', 'e-mail or password is wrong; an administrator can set a new password');
  }
  await forgive(attempt.ids);
  await transaction((tx) =>
    audit(tx, { by: { email } }, { action: 'sign in', entity: 'user', entityId: email, after: { address } }),
  );
  const out = new Response(answer.body, answer);
  out.headers.append('set-cookie', browserCookie(email));
  return out;
}

/** The headers that the session is made from: only values that the server itself set. */
function own(headers: Headers, address: string | null): Headers {
  const agent = headers.get('user-agent');
  return new Headers({
    ...(agent === null ? {} : { 'user-agent': agent }),
    ...(address === null ? {} : { [ADDRESS_HEADER]: address }),
  });
}

async function dropSession(answer: Response): Promise<void> {
  const { token } = (await answer.json()) as { token?: string };
  await db().exec(sql`DELETE FROM session WHERE token = ${token ?? ''}`);
}

async function failed(action: string, email: string, address: string | null, reason: string): Promise<void> {
  log().warn({ email, address, reason }, action);
  await transaction((tx) =>
    audit(tx, { by: { email: 'sign-in' } }, { action, entity: 'user', entityId: email, after: { address }, reason }),
  );
}
