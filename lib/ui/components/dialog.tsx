'use client';
import { type ReactNode, useEffect, useId, useRef, useState, useTransition } from 'react';
import { REASON_MAX, reasonProblem } from '@/lib/errors/reason';
import type { ActionResult } from '../action-result';
import { answer } from '../answer';
import { InlineError } from './panel';
import { useToast } from './toast';

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  width?: number;
}

/** The browser's own modal dialog: focus is trapped inside, Escape closes it, focus returns to what opened it. */
export function Dialog({ open, onClose, title, children, width = 480 }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const d = ref.current;
    if (!d) return;
    if (open && !d.open) d.showModal();
    if (!open && d.open) d.close();
  }, [open]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={onClose}
      className="m-auto p-0 bg-surface border border-hairline-strong rounded backdrop:bg-[rgb(0_0_0/0.45)]"
      style={{ width }}
    >
      {open ? (
        <div className="p-4">
          <div className="flex items-center mb-3">
            <h2 id={id} className="text-lg">
              {title}
            </h2>
            <button type="button" className="ml-auto text-ink-3 hover:text-ink px-1" aria-label="Close" onClick={onClose}>
              ✕
            </button>
          </div>
          {children}
        </div>
      ) : null}
    </dialog>
  );
}

export interface ReasonDialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, the difference, inputs. */
  children?: ReactNode;
  /** Label of the confirming button, e.g. "Activate version 10". */
  confirm: string;
  /** Label of the dismissing button. Default "Cancel". */
  dismiss?: string;
  /** Some actions (comment, acknowledge) need no reason. Default true. */
  reasonRequired?: boolean;
  reasonLabel?: string;
  /** Why the input cannot be submitted yet; the button is disabled until then. */
  blocked?: string | null;
  width?: number;
  onSubmit: (reason: string) => Promise<ActionResult>;
}

/** A change of configuration or state: shows the difference, asks for the reason, reports what the server answered. */
export function ReasonDialog(p: ReasonDialogProps) {
  const { open, onClose, title, children, confirm, reasonRequired = true, reasonLabel = 'Reason', blocked = null, onSubmit } = p;
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, start] = useTransition();
  const toast = useToast();
  const id = useId();
  useEffect(() => {
    if (open) {
      setReason('');
      setError(null);
    }
  }, [open]);
  const wrong = reasonRequired || reason.trim() !== '' ? reasonProblem(reason) : null;
  const waits = blocked ?? wrong;
  const submit = (): void =>
    start(async () => {
      const r = await answer(() => onSubmit(reason.trim()));
      if (r.ok) {
        toast(r.message, 'done');
        onClose();
      } else setError(r.error);
    });
  return (
    <Dialog open={open} onClose={onClose} title={title} {...(p.width === undefined ? {} : { width: p.width })}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (waits === null && !busy) submit();
        }}
      >
        {children}
        <label className="label mt-3" htmlFor={id}>
          {reasonLabel}
          {reasonRequired ? ' (kept in the audit trail)' : ' (optional)'}
        </label>
        <textarea
          id={id}
          className="field w-full"
          rows={3}
          value={reason}
          onChange={(e) => setReason(e.target.value)}
          maxLength={REASON_MAX}
          aria-describedby={`${id}-waits`}
        />
        {error ? <InlineError message={error} /> : null}
        <div className="flex items-center justify-end gap-2 mt-3">
          <span id={`${id}-waits`} className="text-sm text-ink-2 mr-auto" aria-live="polite">
            {busy ? '' : waits}
          </span>
          <button type="button" className="btn" onClick={onClose}>
            {p.dismiss ?? 'Cancel'}
          </button>
          <button type="submit" className="btn btn-primary" disabled={waits !== null || busy}>
            {busy ? 'Working…' : confirm}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
