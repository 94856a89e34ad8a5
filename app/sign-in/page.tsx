import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { currentActor } from '@/lib/auth';
import { safeNext } from '@/lib/auth/next-path';
import { param, type SearchParams } from '@/lib/ui/address';
import { SignInForm } from './form';

export const dynamic = 'force-dynamic';
export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const params = await searchParams;
  const next = safeNext(param(params, 'next'));
  const failed = Number(param(params, 'failed') ?? Number.NaN);
  if ((await currentActor()) !== null) redirect(next);
  return (
    <main className="min-h-dvh grid place-items-center bg-page">
      <div className="w-[320px]">
        <h1 className="mb-1">Driftless</h1>
        <p className="text-ink-2 mb-4">Process control and metrology</p>
        <SignInForm next={next} failed={Number.isInteger(failed) ? failed : null} />
      </div>
    </main>
  );
}
