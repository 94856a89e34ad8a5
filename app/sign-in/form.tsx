'use client';
import { type FormEvent, useState } from 'react';
import { LEAST_PASSWORD } from '@/lib/services/account-rules';
import { InlineError } from '@/lib/ui/components/panel';

const WORDS: Readonly<Record<number, string>> = {
  401: 'E-mail or password is wrong. An administrator can set a new password.',
  403: 'This address is not allowed to sign in from here.',
  422: `Give a whole e-mail address and a password of at least ${LEAST_PASSWORD} characters.`,
  429: 'Too many wrong passwords. Wait a quarter of an hour, or use a browser in which you have signed in before.',
};

const wordsOf = (status: number): string => WORDS[status] ?? `The server answered ${status}. Try again in a moment.`;

/** Posts by itself where scripts do not run yet: the password is in the body, never in an address. */
export function SignInForm({ next, failed }: { next: string; failed: number | null }) {
  const [error, setError] = useState<string | null>(failed === null ? null : wordsOf(failed));
  const [busy, setBusy] = useState(false);
  const submit = async (e: FormEvent<HTMLFormElement>): Promise<void> => {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    setBusy(true);
    setError(null);
    try {
      const res = await fetch('/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: form.get('email'), password: form.get('password') }),
      });
      if (res.ok) {
        window.location.assign(next);
        return;
      }
      setError(wordsOf(res.status));
    } catch {
      setError('The server cannot be reached. Try again in a moment.');
    }
    setBusy(false);
  };
  return (
    <form
      method="post"
      action="/api/auth/sign-in/email"
      onSubmit={(e) => void submit(e)}
      className="bg-surface border border-hairline rounded p-4 flex flex-col gap-3"
    >
      <input type="hidden" name="next" value={next} />
      <div>
        <label className="label" htmlFor="email">
          E-mail
        </label>
        <input id="email" name="email" type="email" autoComplete="username" required className="field w-full" />
      </div>
      <div>
        <label className="label" htmlFor="password">
          Password
        </label>
        <input
          id="password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          minLength={LEAST_PASSWORD}
          className="field w-full"
        />
      </div>
      {error ? <InlineError message={error} /> : null}
      <button type="submit" className="btn btn-primary justify-center" disabled={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}
