'use client';
import { useId } from 'react';
import type { LoopHead } from '@/lib/services/views/control-shared';
import { CONFIG_FIELDS, type ConfigField, type ConfigTexts, fieldText, NO, YES } from '@/lib/ui/control/config-diff';
import { unitLabel } from '@/lib/ui/format';

interface FieldsProps {
  loop: LoopHead;
  text: ConfigTexts;
  /** What is wrong, beside the field that it is about. */
  issues: Readonly<Record<string, string | undefined>>;
  may: boolean;
  onChange: (text: ConfigTexts) => void;
}

/** The fields of a loop's configuration, each with its unit and what is wrong with it. */
export function ConfigFields({ loop, text, issues, may, onChange }: FieldsProps) {
  return (
    <fieldset disabled={!may} className="grid grid-cols-4 2xl:grid-cols-6 gap-x-3 gap-y-2 items-start">
      <legend className="sr-only">Configuration</legend>
      {CONFIG_FIELDS.map((f) => (
        <NumberInput
          key={f.key}
          f={f}
          unit={unitOf(f, loop)}
          value={text[f.key]}
          isChanged={text[f.key] !== fieldText(loop.config[f.key])}
          issue={issues[f.key]}
          onChange={(value) => onChange({ ...text, [f.key]: value })}
        />
      ))}
      <label
        className="block"
        title="Lowers the weight of an observation by its stated uncertainty, s²/(s² + u²), s the spread of the innovations"
      >
        <span className="label mb-0.5!">Weigh by u</span>
        <select
          className="field w-full"
          value={text.weighByUncertainty}
          onChange={(e) => onChange({ ...text, weighByUncertainty: e.target.value })}
        >
          <option value={NO}>no</option>
          <option value={YES}>yes</option>
        </select>
      </label>
    </fieldset>
  );
}

interface InputProps {
  f: ConfigField;
  unit: string;
  value: string;
  isChanged: boolean;
  issue: string | undefined;
  onChange: (value: string) => void;
}

function NumberInput({ f, unit, value, isChanged, issue, onChange }: InputProps) {
  const id = useId();
  const border = issue !== undefined ? 'border-out!' : isChanged ? 'border-accent!' : '';
  return (
    <div title={f.help}>
      <label className="label mb-0.5!" htmlFor={id}>
        {f.label}
        <span className="text-ink-3">{` ${unit}`}</span>
      </label>
      <input
        id={id}
        className={`field w-full text-right ${border}`}
        inputMode="decimal"
        value={value}
        placeholder={f.optional ? 'none' : ''}
        aria-invalid={issue !== undefined}
        aria-describedby={issue === undefined ? undefined : `${id}-issue`}
        onChange={(e) => onChange(e.target.value)}
      />
      {issue === undefined ? null : (
        <span id={`${id}-issue`} className="block text-sm status-out">
          <span aria-hidden="true">■ </span>
          {issue}
        </span>
      )}
    </div>
  );
}

function unitOf(f: ConfigField, loop: LoopHead): string {
  const y = unitLabel(loop.unit);
  const x = unitLabel(loop.knobUnit);
  if (f.unit === 'output') return y;
  if (f.unit === 'knob') return x;
  return f.unit === 'output/knob' ? (x ? `${y} per ${x}` : `${y} a step`) : '';
}
