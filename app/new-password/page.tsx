import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { sessionOf } from '@/lib/auth';
import { safeNext } from '@/lib/auth/next-path';
import { param, type SearchParams } from '@/lib/ui/address';
import { signOut } from '../(dash)/frame-actions';
import { NewPasswordForm } from './form';

export const dynamic = 'force-dynamic';
export const metadata: Metadata = { title: 'New password' };

export default async function NewPasswordPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const next = safeNext(param(await searchParams, 'next'));
  const session = await sessionOf(await headers());
  if (session === null) redirect(`/sign-in?next=${encodeURIComponent(next)}`);
  if (!session.passwordDue) redirect(next);
  return (
    <main className="min-h-dvh grid place-items-center bg-page">
      <div className="w-[320px]">
        <h1 className="mb-1">Choose your password</h1>
        <p className="text-ink-2 mb-4">
          {`The password of ${session.actor.email} was set by somebody else. Choose one that only you know to continue.`}
        </p>
        <NewPasswordForm next={next} email={session.actor.email} />
        <form action={signOut} className="mt-3 text-center">
          <button type="submit" className="link text-sm">
            Sign out
          </button>
        </form>
      </div>
    </main>
  );
}
