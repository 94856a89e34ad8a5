'use client';
import { useState } from 'react';
import type { SpecificationRow } from '@/lib/services/views/specifications';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { asEntered, parseNumber, plural, unitLabel } from '@/lib/ui/format';
import { type SpecificationValues, sharesNothing, specificationProblems } from '@/lib/ui/limit-problems';
import { LimitInput } from '../limit-input';
import { saveSpecification } from './actions';

const FIELDS = ['lsl', 'target', 'usl'] as const;
type Texts = Readonly<Record<(typeof FIELDS)[number], string>>;
const LABEL = { lsl: 'LSL', target: 'Target', usl: 'USL' } as const;

const text = (v: number | null): string => (v === null ? '' : String(v));

/** The next version of a specification: mounted when it opens, keeps what is typed until it closes. */
export function EditDialog({ row, onClose }: { row: SpecificationRow; onClose: () => void }) {
  const [base] = useState(row);
  const [typed, setTyped] = useState<Texts>({ lsl: text(base.lsl), target: text(base.target), usl: text(base.usl) });
  const value = (k: keyof Texts): number | null => (typed[k].trim() === '' ? null : parseNumber(typed[k]));
  const values: SpecificationValues = { lsl: value('lsl'), target: value('target'), usl: value('usl') };
  const problems = new Map(specificationProblems(values).map((p) => [p.field, p.text]));
  const [confirmed, confirm] = useState(false);
  const isElsewhere = problems.size === 0 && sharesNothing(base, values);
  const unit = unitLabel(base.unit);
  const lines = FIELDS.filter((k) => values[k] !== base[k]).map(
    (k) => `${LABEL[k]}: ${asEntered(base[k], base.digits)} → ${values[k] === null ? 'none' : `${typed[k].trim()} ${unit}`}`,
  );
  const blocked =
    row.version !== base.version
      ? `Version ${row.version} came into force meanwhile: close, look at it, and open this again.`
      : ([...problems.values()][0] ??
        (lines.length === 0 ? 'Nothing differs from the version in force yet.' : null) ??
        (isElsewhere && !confirmed ? 'Confirm that what is inside now would be out.' : null));
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={`${base.parameter} · ${base.operation} · ${base.product}: version ${base.version + 1}`}
      confirm={`Activate version ${base.version + 1}`}
      blocked={blocked}
      onSubmit={(reason) =>
        saveSpecification(
          { product: base.product, operation: base.operation, parameter: base.parameter },
          base.version,
          { ...values, confirmed },
          reason,
        )
      }
    >
      <div className="grid grid-cols-3 gap-2">
        {FIELDS.map((k) => (
          <LimitInput
            key={k}
            label={`${LABEL[k]}, ${unit}`}
            value={typed[k]}
            problem={problems.get(k)}
            set={(v) => setTyped({ ...typed, [k]: v })}
          />
        ))}
      </div>
      {isElsewhere ? (
        <label className="mt-2 flex items-center gap-2 text-sm">
          <input type="checkbox" checked={confirmed} onChange={(e) => confirm(e.target.checked)} />
          The new limits share no value with those in force: what is inside now would be out. This is meant.
        </label>
      ) : null}
      <div className="mt-3 border-t border-hairline pt-2 text-sm" aria-live="polite">
        <h3>What changes</h3>
        {lines.length === 0 ? <p className="text-ink-2">Nothing yet.</p> : null}
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <p className="text-ink-2 mt-1">
          {`${plural(base.charts, 'chart')} and their capability follow from now on; control limits and baselines stay. An empty side is open. Loops that aim at the old target follow with a version of their own; a large step waits for a second engineer.`}
        </p>
      </div>
    </ReasonDialog>
  );
}
