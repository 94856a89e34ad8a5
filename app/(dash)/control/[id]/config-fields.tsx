'use client';
import type { LoopHead } from '@/lib/services/control/views/loop-head';
import { Field, fieldEdge } from '@/lib/ui/components/field';
import { CONFIG_FIELDS, type ConfigField, type ConfigTexts, fieldText, NO, YES } from '@/lib/ui/control/config-diff';
import { gainUnit } from '@/lib/ui/control/gain-unit';
import { unitLabel } from '@/lib/ui/format';

interface FieldsProps {
  loop: LoopHead;
  text: ConfigTexts;
  /** Messages by field. */
  issues: Readonly<Record<string, string | undefined>>;
  may: boolean;
  onChange: (text: ConfigTexts) => void;
}

/** The fields of a loop's configuration, each with its unit and message. */
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
        title="Lowers the weight of an observation according to its stated uncertainty, s²/(s² + u²), s the spread of the innovations"
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
  return (
    <Field label={f.label} unit={unit} help={f.help} problem={issue} labelClass="mb-0.5!">
      {(aria) => (
        <input
          {...aria}
          className={`field w-full text-right ${fieldEdge(aria['aria-invalid'], isChanged)}`}
          inputMode="decimal"
          value={value}
          placeholder={f.optional ? 'none' : ''}
          onChange={(e) => onChange(e.target.value)}
        />
      )}
    </Field>
  );
}

function unitOf(f: ConfigField, loop: LoopHead): string {
  if (f.unit === 'output') return unitLabel(loop.unit);
  if (f.unit === 'knob') return unitLabel(loop.knobUnit);
  return f.unit === 'output/knob' ? gainUnit(loop) : '';
}
