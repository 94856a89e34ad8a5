'use client';
import { useState, useTransition } from 'react';
import { LEAST_PASSWORD } from '@/lib/services/account-rules';
import { InlineError } from '@/lib/ui/components/panel';
import { choosePassword } from './actions';

const FIELDS = [
  { name: 'current', label: 'The password you were given', autoComplete: 'current-password', minLength: undefined },
  { name: 'next', label: `New, ${LEAST_PASSWORD} characters or more`, autoComplete: 'new-password', minLength: LEAST_PASSWORD },
  { name: 'again', label: 'New, again', autoComplete: 'new-password', minLength: LEAST_PASSWORD },
] as const;

/** Posts by a server action; the passwords are never in an address. */
export function NewPasswordForm({ next, email }: { next: string; email: string }) {
  const [error, setError] = useState<string | null>(null);
  const [busy, start] = useTransition();
  const submit = (data: FormData): void => {
    const wanted = String(data.get('next') ?? '');
    if (wanted !== String(data.get('again') ?? '')) {
      setError('The two new passwords differ.');
      return;
    }
    start(async () => {
      setError(null);
      const r = await choosePassword(String(data.get('current') ?? ''), wanted);
      if (r.ok) window.location.assign(next);
      else setError(r.error);
    });
  };
  return (
    <form
      method="post"
      onSubmit={(e) => {
        e.preventDefault();
        submit(new FormData(e.currentTarget));
      }}
      className="bg-surface border border-hairline rounded p-4 flex flex-col gap-3"
    >
      <input type="hidden" name="username" autoComplete="username" defaultValue={email} />
      {FIELDS.map((f) => (
        <label key={f.name}>
          <span className="label">{f.label}</span>
          <input
            name={f.name}
            type="password"
            autoComplete={f.autoComplete}
            required
            minLength={f.minLength}
            className="field w-full"
          />
        </label>
      ))}
      {error ? <InlineError message={error} /> : null}
      <button type="submit" className="btn btn-primary justify-center" disabled={busy}>
        {busy ? 'Working…' : 'Choose this password'}
      </button>
    </form>
  );
}
