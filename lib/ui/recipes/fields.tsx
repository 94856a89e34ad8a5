'use client';
import { type ReactNode, useState } from 'react';
import { Field, type FieldAria, fieldEdge } from '../components/field';
import { num, parseNumber } from '../format';
import { fieldOf, issuesAt, parseQuantity, valueAt } from './draft';
import { useDraft } from './draft-context';

export interface FieldProps {
  path: string;
  label: string;
  unit?: string;
  help?: string;
  /** The label is only read aloud, as the table's header shows it already. */
  hideLabel?: boolean;
}

interface ShellProps extends FieldProps {
  children: (aria: FieldAria) => ReactNode;
  note?: ReactNode;
}

/** A field of the draft with its issues. */
function Shell({ path, ...p }: ShellProps) {
  const { issues } = useDraft();
  return <Field {...p} path={path} problem={issuesAt(issues, path)[0]?.message} labelClass="mb-0.5! truncate" />;
}

/** Keeps the text as typed for as long as it means what the draft holds. */
function useTypedAs(value: unknown, parse: (text: string) => unknown): [string, (text: string) => void] {
  const [text, setText] = useState(() => fieldOf(value));
  return [Object.is(parse(text), value) ? text : fieldOf(value), setText];
}

/** @param absent - the value it has, and shows, where the recipe lacks the field. */
export function NumberField(p: FieldProps & { optional?: boolean; placeholder?: string; absent?: number }) {
  const { draft, set, mayEdit } = useDraft();
  const parse = (t: string): unknown => (p.optional && t.trim() === '' ? null : parseNumber(t));
  const [text, setText] = useTypedAs(valueAt(draft, p.path) ?? p.absent, parse);
  return (
    <Shell {...p}>
      {(aria) => (
        <input
          {...aria}
          className={`field w-full text-right ${fieldEdge(aria['aria-invalid'])}`}
          inputMode="decimal"
          value={text}
          placeholder={p.placeholder}
          disabled={!mayEdit}
          onChange={(e) => {
            setText(e.target.value);
            set(p.path, parse(e.target.value));
          }}
        />
      )}
    </Shell>
  );
}

/** A number, or the name of a parameter in its place. */
export function QuantityField(p: FieldProps & { absent?: number }) {
  const { draft, set, mayEdit, namesId } = useDraft();
  const value = valueAt(draft, p.path) ?? p.absent;
  const [text, setText] = useTypedAs(value, parseQuantity);
  const parameter = typeof value === 'string' ? draft.parameters.find((q) => q.name === value) : undefined;
  return (
    <Shell {...p} help={p.help ?? 'A number, or the name of a parameter'}>
      {(aria) => (
        <input
          {...aria}
          className={`field w-full ${typeof value === 'string' ? 'text-accent' : 'text-right'} ${fieldEdge(aria['aria-invalid'])}`}
          list={namesId}
          value={text}
          disabled={!mayEdit}
          title={parameter ? `${parameter.label || parameter.name}, ${num(parameter.value, 3)} ${parameter.unit}` : undefined}
          onChange={(e) => {
            setText(e.target.value);
            set(p.path, parseQuantity(e.target.value));
          }}
        />
      )}
    </Shell>
  );
}

/** Text; `onCommit` receives it when the field loses focus, for names that others refer to. */
export function TextField(p: FieldProps & { onCommit?: (text: string) => void }) {
  const { draft, set, mayEdit } = useDraft();
  const value = fieldOf(valueAt(draft, p.path));
  const [typed, setTyped] = useState<string | null>(null);
  const { onCommit } = p;
  const commit = (): void => {
    if (typed !== null && onCommit && typed.trim() !== value) onCommit(typed.trim());
    setTyped(null);
  };
  return (
    <Shell {...p}>
      {(aria) => (
        <input
          {...aria}
          className={`field w-full ${fieldEdge(aria['aria-invalid'])}`}
          value={typed ?? value}
          disabled={!mayEdit}
          onChange={(e) => (onCommit ? setTyped(e.target.value) : set(p.path, e.target.value))}
          onBlur={commit}
          onKeyDown={(e) => {
            if (e.key === 'Enter') commit();
          }}
        />
      )}
    </Shell>
  );
}

export function ChoiceField(
  p: FieldProps & {
    value: string;
    options: readonly { value: string; label: string }[];
    onChange: (value: string) => void;
    note?: ReactNode;
  },
) {
  const { mayEdit } = useDraft();
  return (
    <Shell {...p}>
      {(aria) => (
        <select
          {...aria}
          className={`field w-full ${fieldEdge(aria['aria-invalid'])}`}
          value={p.value}
          disabled={!mayEdit}
          onChange={(e) => p.onChange(e.target.value)}
        >
          {p.options.map((o) => (
            <option key={o.value} value={o.value}>
              {o.label}
            </option>
          ))}
        </select>
      )}
    </Shell>
  );
}

/** Issues of a list or group as a whole, without a field of their own. */
export function GroupIssue({ path }: { path: string }) {
  const { issues } = useDraft();
  const own = issuesAt(issues, path);
  return own.length === 0 ? null : (
    <p className="text-sm status-out" role="alert">
      <span aria-hidden="true">■ </span>
      {own.map((i) => i.message).join('; ')}
    </p>
  );
}
