import { NextResponse } from 'next/server';
import { databaseAnswers } from '@/lib/services/status';

/** Pages, not the API (its routes say the same in problem+json) and not what a build brings. */
export const config = { matcher: ['/((?!api/|_next/|icon\\.svg|.*\\.(?:svg|png|ico|txt)$).*)'] };

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Driftless: one moment</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:20vh auto;padding:0 1em;color-scheme:light dark}</style>
<h1>The database does not answer</h1><p>Nothing is lost: what tools and stations send is refused until it answers, and they send it again. This page tries again every five seconds.</p></html>`;

/** A page without its database is 503 at once, not a page that hangs. */
export async function proxy(): Promise<NextResponse> {
  if (await databaseAnswers()) return NextResponse.next();
  return new NextResponse(PAGE, { status: 503, headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': '5' } });
}
