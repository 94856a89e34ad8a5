import { NextRequest } from 'next/server';
import { POST as authPost } from '@/app/api/auth/[...all]/route';
import { db, sql } from '@/lib/db';
import { proxy } from '@/proxy';

/** The site's address in tests of people: set as APP_URL before anything asks who is signed in. */
export const BASE = 'http://localhost:3000';

export const call = (path: string, init: RequestInit) =>
  authPost(new Request(`${BASE}/api/auth/${path}`, { method: 'POST', ...init }), {
    params: Promise.resolve({ all: path.split('/') }),
  });
export const signIn = (name: string, password: string, headers: Record<string, string> = {}) =>
  call('sign-in/email', {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ email: `${name}@fab.example`, password }),
  });
export const cookies = (r: Response): string =>
  r.headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ');
/** Entries of the audit trail, the newest first. */
export const trail = (action: string) =>
  db().rows<{ actor: string; entity_id: string; after: { address?: string | null } | null; reason: string | null }>(
    sql`SELECT actor, entity_id, after, reason FROM audit_entry WHERE action = ${action} ORDER BY id DESC LIMIT 100`,
  );

/** What a page's address answers before anything is streamed. */
export const page = async (path: string, cookie = '') => {
  const answer = await proxy(new NextRequest(`${BASE}${path}`, { headers: { cookie } }));
  return { status: answer.status, to: answer.headers.get('location'), rewrite: answer.headers.get('x-middleware-rewrite') };
};
