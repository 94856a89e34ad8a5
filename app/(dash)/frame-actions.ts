'use server';
import { randomUUID } from 'node:crypto';
import { cookies, headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { auth, sessionOf } from '@/lib/auth';
import { searchEverything } from '@/lib/services/pages/search';
import { recordSignOut } from '@/lib/services/settings/users';
import { askedBy } from '@/lib/services/verb';
import type { SearchHit } from '@/lib/ui/frame/search-box';
import { parseTheme, THEME_COOKIE } from '@/lib/ui/frame/theme';
import { readingActor } from './session';

export async function search(q: string, kind: string | null): Promise<SearchHit[]> {
  await readingActor();
  return searchEverything(String(q), kind === null ? null : String(kind));
}

export async function saveTheme(choice: string): Promise<void> {
  (await cookies()).set(THEME_COOKIE, parseTheme(choice), { path: '/', maxAge: 31_536_000, sameSite: 'lax', httpOnly: true });
}

export async function signOut(): Promise<void> {
  const of = await headers();
  const session = await sessionOf(of);
  if (session !== null) await recordSignOut(askedBy(session.actor, randomUUID()), {});
  await auth().api.signOut({ headers: of });
  redirect('/sign-in');
}
