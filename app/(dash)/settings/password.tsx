'use client';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { useReport } from '@/lib/ui/components/toast';
import { useForm } from '@/lib/ui/hooks/use-form';
import { changePassword } from './actions';
import { passwordProblems } from './form-problems';
import { NO_PASSWORDS, PasswordFields } from './password-fields';

/** Everyone changes their own password; other sessions are signed out. */
export function PasswordPanel() {
  const report = useReport();
  const { field, busy, submit, error } = useForm(NO_PASSWORDS, (v) => passwordProblems(v));
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
        <PasswordFields field={field} current="Current" className="w-56" />
        <button type="submit" className="btn mt-5" disabled={busy}>
          {busy ? 'Working…' : 'Change password'}
        </button>
      </form>
      {error ? <InlineError message={error} /> : null}
    </Panel>
  );
}
