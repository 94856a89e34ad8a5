import type { ReactNode } from 'react';
import { InlineError } from './panel';

export interface DialogFormProps {
  onSend: (form: HTMLFormElement) => void;
  /** Error of the form as a whole; errors of a field are shown beside it. */
  error: string | null;
  busy: boolean;
  verb: string;
  children: ReactNode;
}

/** A form in a dialog, whose fields show their own errors. */
export function DialogForm({ onSend, error, busy, verb, children }: DialogFormProps) {
  return (
    <form
      noValidate
      className="flex flex-col gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        onSend(e.currentTarget);
      }}
    >
      {children}
      {error ? <InlineError message={error} /> : null}
      <div className="flex justify-end mt-3">
        <button type="submit" className="btn btn-primary" disabled={busy}>
          {busy ? 'Working…' : verb}
        </button>
      </div>
    </form>
  );
}
