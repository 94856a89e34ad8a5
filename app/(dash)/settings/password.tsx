'use client';
import { LEAST_PASSWORD } from '@/lib/services/account-rules';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { TextField } from '@/lib/ui/components/text-field';
import { useReport } from '@/lib/ui/components/toast';
import { useForm } from '@/lib/ui/hooks/use-form';
import { changePassword } from './actions';
import { passwordProblems } from './form-problems';

/** Everyone changes their own password; other sessions are signed out. */
export function PasswordPanel() {
  const report = useReport();
  const { field, busy, submit, error } = useForm({ current: '', next: '', again: '' }, passwordProblems);
  return (
    <Panel title="Your password">
      <form
        noValidate
        className="flex flex-wrap items-start gap-3"
        onSubmit={(e) => {
          e.preventDefault();
          submit((v) => changePassword(v.current, v.next), report);
        }}
      >
        <TextField label="Current" type="password" className="w-56" autoComplete="current-password" {...field('current')} />
        <TextField
          label={`New, ${LEAST_PASSWORD} characters or more`}
          type="password"
          className="w-56"
          autoComplete="new-password"
          {...field('next')}
        />
        <TextField label="New, again" type="password" className="w-56" autoComplete="new-password" {...field('again')} />
        <button type="submit" className="btn mt-5" disabled={busy}>
          {busy ? 'Working…' : 'Change password'}
        </button>
      </form>
      {error ? <InlineError message={error} /> : null}
    </Panel>
  );
}
