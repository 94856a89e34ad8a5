'use client';
import { useState } from 'react';
import type { SpecificationRow } from '@/lib/services/spc/views/specifications';
import { type SpecificationValues, sharesNothing, specificationProblems } from '@/lib/spc';
import { BehindNotice, behindWords } from '@/lib/ui/components/behind-notice';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { asEntered, parseNumber, plural, unitLabel } from '@/lib/ui/format';
import { useBased } from '@/lib/ui/hooks/use-based';
import { LimitInput } from '../limit-input';
import { saveSpecification } from './actions';

const FIELDS = ['lsl', 'target', 'usl'] as const;
type Texts = Readonly<Record<(typeof FIELDS)[number], string>>;
const LABEL = { lsl: 'LSL', target: 'Target', usl: 'USL' } as const;

const text = (v: number | null): string => (v === null ? '' : String(v));
const textsOf = (r: SpecificationRow): Texts => ({ lsl: text(r.lsl), target: text(r.target), usl: text(r.usl) });

/** The next version of a specification: mounted when it opens, keeps its input until it closes. */
export function EditDialog({ row, onClose }: { row: SpecificationRow; onClose: () => void }) {
  const form = useBased(row.version, row, textsOf);
  const { base, draft: typed } = form;
  const value = (k: keyof Texts): number | null => (typed[k].trim() === '' ? null : parseNumber(typed[k]));
  const values: SpecificationValues = { lsl: value('lsl'), target: value('target'), usl: value('usl') };
  const problems = new Map(specificationProblems(values).map((p) => [p.field, p.text]));
  const [confirmed, confirm] = useState(false);
  const isElsewhere = problems.size === 0 && sharesNothing(base, values);
  const unit = unitLabel(base.unit);
  const lines = FIELDS.filter((k) => values[k] !== base[k]).map(
    (k) => `${LABEL[k]}: ${asEntered(base[k], base.digits)} → ${values[k] === null ? 'none' : `${typed[k].trim()} ${unit}`}`,
  );
  const blocked = form.isBehind
    ? behindWords(row.version)
    : ([...problems.values()][0] ??
      (lines.length === 0 ? 'Nothing differs from the version in force yet.' : null) ??
      (isElsewhere && !confirmed ? 'Confirm that what is inside now would be out.' : null));
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={`${base.parameter} · ${base.operation} · ${base.product}: version ${row.version + 1}`}
      confirm={`Activate version ${row.version + 1}`}
      blocked={blocked}
      onSubmit={(reason) =>
        form.send(() =>
          saveSpecification(
            { product: base.product, operation: base.operation, parameter: base.parameter },
            base.version,
            { ...values, confirmed },
            reason,
          ),
        )
      }
    >
      {form.isBehind ? (
        <BehindNotice
          version={row.version}
          both={FIELDS.filter((k) => form.both.includes(k)).map((k) => LABEL[k])}
          onFollow={() => {
            form.follow();
            confirm(false);
          }}
        />
      ) : null}
      <div className="grid grid-cols-3 gap-2">
        {FIELDS.map((k) => (
          <LimitInput
            key={k}
            label={`${LABEL[k]}, ${unit}`}
            value={typed[k]}
            problem={problems.get(k)}
            set={(v) => form.set({ ...typed, [k]: v })}
          />
        ))}
      </div>
      {isElsewhere ? (
        <label className="mt-2 flex items-center gap-2 text-sm">
          <input type="checkbox" checked={confirmed} onChange={(e) => confirm(e.target.checked)} />
          The new limits share no value with those in force: what is inside now would be out. This is intended.
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
