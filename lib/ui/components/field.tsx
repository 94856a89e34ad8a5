import { type ReactNode, useId } from 'react';

/** What ties an input to its label and to what is wrong with it. */
export interface FieldAria {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

export interface FieldProps {
  label: string;
  unit?: string | undefined;
  help?: string | undefined;
  /** The label is read aloud only, as a table's header says it already. */
  hideLabel?: boolean | undefined;
  /** What is wrong with what stands in it, in words; undefined when nothing is. */
  problem?: string | undefined;
  /** Stands beneath where nothing is wrong. */
  note?: ReactNode;
  /** Margin of the label. */
  labelClass?: string;
  /** Where the value stands in a larger document. */
  path?: string | undefined;
  children: (aria: FieldAria) => ReactNode;
}

/** A label with its unit, an input, and beneath it what is wrong with it: never in the browser's own bubble. */
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

/** Edge of an input: what is wrong with it before what differs. */
export const fieldEdge = (isWrong: boolean, isChanged = false): string =>
  isWrong ? 'border-out!' : isChanged ? 'border-accent!' : '';
