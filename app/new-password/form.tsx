'use client';
import { InlineError } from '@/lib/ui/components/panel';
import { useForm } from '@/lib/ui/hooks/use-form';
import { passwordProblems } from '../(dash)/settings/form-problems';
import { NO_PASSWORDS, PasswordFields } from '../(dash)/settings/password-fields';
import { choosePassword } from './actions';

/** Posts to a server action, so that passwords are never in an address. */
export function NewPasswordForm({ next, email }: { next: string; email: string }) {
  const { field, busy, submit, error } = useForm(NO_PASSWORDS, (v) => passwordProblems(v, 'the password you were given'));
  return (
    <form
      method="post"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        submit(
          (v) => choosePassword(v.current, v.next),
          () => window.location.assign(next),
        );
      }}
      className="bg-surface border border-hairline rounded p-4 flex flex-col gap-3"
    >
      <input type="hidden" name="username" autoComplete="username" defaultValue={email} />
      <PasswordFields field={field} current="The password you were given" className="w-full" />
      {error ? <InlineError message={error} /> : null}
      <button type="submit" className="btn btn-primary justify-center" disabled={busy}>
        {busy ? 'Working…' : 'Choose this password'}
      </button>
    </form>
  );
}
