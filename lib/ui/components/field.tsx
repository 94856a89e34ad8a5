import { type ReactNode, useId } from 'react';

/** Attributes that tie an input to its label and its error. */
export interface FieldAria {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

export interface FieldProps {
  label: string;
  unit?: string | undefined;
  help?: string | undefined;
  /** The label is only read aloud, as the table's header shows it already. */
  hideLabel?: boolean | undefined;
  /** What is wrong with the value, in words; undefined when nothing is. */
  problem?: string | undefined;
  /** Shown beneath where nothing is wrong. */
  note?: ReactNode;
  /** Margin of the label. */
  labelClass?: string;
  /** Path of the value in a larger document. */
  path?: string | undefined;
  children: (aria: FieldAria) => ReactNode;
}

/** A label with its unit, an input, and its error beneath, never in the browser's own bubble. */
export function Field({ label, unit, help, hideLabel, problem, note, labelClass = '', path, children }: FieldProps) {
  const id = useId();
  const isWrong = problem !== undefined;
  return (
    <div className="min-w-0" data-field={path}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : `label ${labelClass}`} title={help}>
        {label}
        {unit ? <span className="text-ink-3">{` ${unit}`}</span> : null}
      </label>
      {children({ id, 'aria-invalid': isWrong, 'aria-describedby': isWrong ? `${id}-problem` : undefined })}
      {note && !isWrong ? <span className="block text-sm text-ink-3 truncate">{note}</span> : null}
      {isWrong ? (
        <span id={`${id}-problem`} role="alert" className="block text-sm status-out whitespace-normal">
          <span aria-hidden="true">■ </span>
          {problem}
        </span>
      ) : null}
    </div>
  );
}

/** Border of an input: an error takes precedence over a change. */
export const fieldEdge = (isWrong: boolean, isChanged = false): string =>
  isWrong ? 'border-out!' : isChanged ? 'border-accent!' : '';
