import { type NextRequest, NextResponse } from 'next/server';
import { sessionOf } from '@/lib/auth';
import { NEW_PASSWORD, safeNext } from '@/lib/auth/next-path';
import { isDecodable, malformedAddress } from '@/lib/http/address';
import { pageExists } from '@/lib/services/pages/page-exists';
import { databaseAnswers } from '@/lib/services/system/status';

/**
 * Pages, not the API (its routes say the same in problem+json), not the files of the upload page (what passes here is cut at 10 MB) and not what a build brings. Of the API only addresses with a percent sign: Next answers
 * 500 to one that it cannot decode, before any route is asked.
 */
export const config = { matcher: ['/((?!api/|upload/rows|_next/|icon\\.svg|.*\\.(?:svg|png|ico|txt)$).*)', '/api/(.*%.*)'] };

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Driftless: one moment</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:20vh auto;padding:0 1em;color-scheme:light dark}</style>
<h1>The database does not answer</h1><p>Nothing is lost: what tools and stations send is refused until it answers, and they send it again. This page tries again every five seconds.</p></html>`;

/** No page has this address: what is sent here answers 404 before anything is streamed. */
const NOWHERE = '/nothing/at/this/address';

/**
 * Decides the status of a page before its frame is streamed with 200: 503 without the database, a redirect to the sign-in (and back) when nobody is signed
 * in, to the choice of a password when one is due, 404 for what does not exist. Server actions and posted files decide for themselves.
 */
export async function proxy(req: NextRequest): Promise<Response> {
  const { pathname, search } = req.nextUrl;
  if (pathname.startsWith('/api/')) return isDecodable(pathname) ? NextResponse.next() : malformedAddress();
  if (!(await databaseAnswers()))
    return new NextResponse(PAGE, { status: 503, headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': '5' } });
  if (pathname === '/sign-in' || (req.method !== 'GET' && req.method !== 'HEAD')) return NextResponse.next();
  const isChoosing = pathname === NEW_PASSWORD;
  const back = isChoosing ? safeNext(req.nextUrl.searchParams.get('next')) : `${pathname}${search}`;
  const session = await sessionOf(req.headers);
  const detour = session === null ? '/sign-in' : session.passwordDue && !isChoosing ? NEW_PASSWORD : null;
  if (detour !== null)
    return NextResponse.redirect(new URL(`${detour}?${new URLSearchParams({ next: back })}`, req.nextUrl), 307);
  if (isChoosing) return session?.passwordDue ? NextResponse.next() : NextResponse.redirect(new URL(back, req.nextUrl), 307);
  return isDecodable(pathname) && (await pageExists(pathname))
    ? NextResponse.next()
    : NextResponse.rewrite(new URL(NOWHERE, req.nextUrl));
}
