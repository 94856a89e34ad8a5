import { actorOf, auth, sessionOf, signInRequest } from '@/lib/auth';
import { safeNext } from '@/lib/auth/next-path';
import { fromOwnPage } from '@/lib/auth/origin';
import { AppError, toAppError } from '@/lib/errors';
import { Holding, mediaType, small, wholeBody } from '@/lib/http/bytes';
import { route } from '@/lib/http/route';
import { recordSignOut } from '@/lib/services/settings/users';
import { askedBy } from '@/lib/services/verb';

export const dynamic = 'force-dynamic';

const LIMIT_BYTES = 16 * 1024;

type Context = { params: Promise<{ all: string[] }> };

const none = (path: string) => new AppError('not_found', `there is no /api/auth/${path}`);

/** Only the routes that the pages need: accounts and passwords are changed by audited actions. */
export const GET = route<Context>(async (req, { params }) => {
  const path = (await params).all.join('/');
  if (path !== 'get-session') throw none(path);
  const user = await actorOf(req.headers);
  return Response.json(user === null ? null : { user });
});

export const POST = route<Context>(async (req, { params }, requestId) => {
  const path = (await params).all.join('/');
  if (path === 'sign-in/email')
    return mediaType(req) === 'application/x-www-form-urlencoded' ? signInForm(req) : signInRequest(await json(req), req.headers);
  if (path !== 'sign-out') throw none(path);
  if (!fromOwnPage(req.headers)) throw new AppError('forbidden', 'sign out from a page of this site');
  const session = await sessionOf(req.headers);
  if (session !== null) await recordSignOut(askedBy(session.actor, requestId), {});
  return auth().api.signOut({ headers: req.headers, asResponse: true });
});

async function text(req: Request): Promise<string> {
  const holding = new Holding();
  try {
    return (await wholeBody(req, small(LIMIT_BYTES), holding)).toString('utf8');
  } finally {
    holding.release();
  }
}

async function json(req: Request): Promise<unknown> {
  const body = await text(req);
  try {
    return JSON.parse(body);
  } catch (e) {
    throw new AppError('invalid_input', 'the body is not JSON', {}, { cause: e });
  }
}

/** The form of the sign-in page without scripts: redirects to where the visitor came from, or back to the form with the error. */
async function signInForm(req: Request): Promise<Response> {
  const form = new URLSearchParams(await text(req));
  const next = safeNext(form.get('next'));
  try {
    const answer = await signInRequest({ email: form.get('email') ?? '', password: form.get('password') ?? '' }, req.headers);
    return seeOther(next, answer.headers);
  } catch (e) {
    const { status } = toAppError(e);
    if (status >= 500) throw e;
    return seeOther(`/sign-in?${new URLSearchParams({ next, failed: String(status) })}`, new Headers());
  }
}

function seeOther(path: string, from: Headers): Response {
  const headers = new Headers({ location: path });
  for (const cookie of from.getSetCookie()) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}
