'use client';
import { type FormEvent, useState } from 'react';
import { LEAST_PASSWORD } from '@/lib/services/settings/account-rules';
import { Field } from '@/lib/ui/components/field';
import { InlineError } from '@/lib/ui/components/panel';
import { signInProblems } from '../(dash)/settings/form-problems';

const WORDS: Readonly<Record<number, string>> = {
  401: 'E-mail or password is wrong. An administrator can set a new password.',
  403: 'This address is not allowed to sign in from here.',
  422: `Give a whole e-mail address and a password of at least ${LEAST_PASSWORD} characters.`,
  429: 'Too many wrong passwords. Wait a quarter of an hour, or use a browser in which you have signed in before.',
};

const wordsOf = (status: number): string => WORDS[status] ?? `The server answered ${status}. Try again in a moment.`;

/** Posts without scripts while they are not loaded yet: the password is in the body, never in an address. */
export function SignInForm({ next, failed }: { next: string; failed: number | null }) {
  const [error, setError] = useState<string | null>(failed === null ? null : wordsOf(failed));
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<ReturnType<typeof signInProblems>>({});
  const submit = async (e: FormEvent<HTMLFormElement>): Promise<void> => {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    const texts = { email: String(form.get('email') ?? ''), password: String(form.get('password') ?? '') };
    const wrong = signInProblems(texts);
    setProblems(wrong);
    setError(null);
    if (Object.keys(wrong).length > 0) return;
    setBusy(true);
    try {
      const res = await fetch('/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(texts),
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
      noValidate
      action="/api/auth/sign-in/email"
      onSubmit={(e) => void submit(e)}
      className="bg-surface border border-hairline rounded p-4 flex flex-col gap-3"
    >
      <input type="hidden" name="next" value={next} />
      <Field label="E-mail" problem={problems.email}>
        {(aria) => <input {...aria} name="email" type="email" autoComplete="username" className="field w-full" />}
      </Field>
      <Field label="Password" problem={problems.password}>
        {(aria) => <input {...aria} name="password" type="password" autoComplete="current-password" className="field w-full" />}
      </Field>
      {error ? <InlineError message={error} /> : null}
      <button type="submit" className="btn btn-primary justify-center" disabled={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}
