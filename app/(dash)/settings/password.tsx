'use client';
import { useRef, useState, useTransition } from 'react';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { useReport } from '@/lib/ui/components/toast';
import { changePassword } from './actions';

/** Everyone changes their own password; other sessions are signed out. */
export function PasswordPanel() {
  const report = useReport();
  const form = useRef<HTMLFormElement>(null);
  const [busy, start] = useTransition();
  const [error, setError] = useState<string | null>(null);
  const submit = (data: FormData): void => {
    const next = String(data.get('next') ?? '');
    if (next !== String(data.get('again') ?? '')) {
      setError('The two new passwords differ.');
      return;
    }
    start(async () => {
      setError(null);
      const r = await changePassword(String(data.get('current') ?? ''), next);
      if (r.ok) {
        report(r);
        form.current?.reset();
      } else setError(r.error);
    });
  };
  return (
    <Panel title="Your password">
      <form
        ref={form}
        className="flex flex-wrap items-end gap-3"
        onSubmit={(e) => {
          e.preventDefault();
          submit(new FormData(e.currentTarget));
        }}
      >
        <label>
          <span className="label">Current</span>
          <input name="current" type="password" className="field w-56" required autoComplete="current-password" />
        </label>
        <label>
          <span className="label">New, 8 characters or more</span>
          <input name="next" type="password" className="field w-56" required minLength={8} autoComplete="new-password" />
        </label>
        <label>
          <span className="label">New, again</span>
          <input name="again" type="password" className="field w-56" required minLength={8} autoComplete="new-password" />
        </label>
        <button type="submit" className="btn" disabled={busy}>
          {busy ? 'Working…' : 'Change password'}
        </button>
      </form>
      {error ? <InlineError message={error} /> : null}
    </Panel>
  );
}
