'use client';
import type { RecipeParameter } from '@/lib/recipes';
import { unitLabel } from '../format';
import { renameParameter } from './draft';
import { useDraft } from './draft-context';
import { ChoiceField, GroupIssue, NumberField, TextField } from './fields';
import { ListEditor } from './list-editor';

type Role = RecipeParameter['role'];

const ROLES: readonly { value: Role['kind']; label: string }[] = [
  { value: 'free', label: 'free' },
  { value: 'fixed', label: 'fixed' },
  { value: 'fed', label: 'fed in' },
  { value: 'tied', label: 'tied' },
];

const SHARING = [
  { value: 'site', label: 'at each site' },
  { value: 'wafer', label: 'common to the wafer' },
];

function freshRole(kind: Role['kind'], p: RecipeParameter, others: readonly string[]): Role {
  const reach = Math.max(Math.abs(p.value) * 0.2, 0.1);
  switch (kind) {
    case 'free':
      return { kind, lower: p.value - reach, upper: p.value + reach };
    case 'fixed':
      return { kind };
    case 'fed':
      return { kind, u: 0 };
    case 'tied':
      return { kind, offset: 0, terms: [{ parameter: others[0] ?? '', factor: 1 }] };
  }
}

function fresh(names: readonly string[]): RecipeParameter {
  let n = 1;
  while (names.includes(`p${n}`)) n++;
  return { name: `p${n}`, label: '', unit: 'nm', value: 10, role: { kind: 'fixed' }, reportAs: null };
}

/** The parameters that are fitted, fixed, fed in or tied, and the names they are reported under. */
export function ParametersForm() {
  const { draft } = useDraft();
  const names = draft.parameters.map((p) => p.name);
  return (
    <ListEditor
      path="parameters"
      title="Parameters"
      one="parameter"
      order="write their names into fields of the sample"
      least={1}
      make={() => fresh(names)}
    >
      {(path, i) => <ParameterRow path={path} i={i} />}
    </ListEditor>
  );
}

function ParameterRow({ path, i }: { path: string; i: number }) {
  const { draft, set, replace, fab } = useDraft();
  const p = draft.parameters[i]!;
  const { role } = p;
  const unit = unitLabel(p.unit);
  const others = draft.parameters.filter((q, k) => k !== i && q.role.kind !== 'tied').map((q) => q.name);
  const reported = fab.map((f) => ({ value: f.name, label: `${f.name}, ${unitLabel(f.unit) || '1'}` }));
  return (
    <div className="flex flex-col gap-1">
      <div className="grid grid-cols-[1.2fr_1.6fr_0.6fr] gap-2">
        <TextField path={`${path}.name`} label="Name" onCommit={(to) => replace(renameParameter(draft, i, to))} />
        <TextField path={`${path}.label`} label="Label" />
        <TextField path={`${path}.unit`} label="Unit" />
      </div>
      <div className="grid grid-cols-4 gap-2">
        <ChoiceField
          path={`${path}.role.kind`}
          label="Role"
          value={role.kind}
          options={ROLES}
          onChange={(kind) => set(`${path}.role`, freshRole(kind as Role['kind'], p, others))}
        />
        <NumberField
          path={`${path}.value`}
          label={role.kind === 'free' ? 'Start' : 'Value'}
          unit={unit}
          help={role.kind === 'tied' ? 'Computed from what it is tied to; this number is not used' : ''}
        />
        {role.kind === 'free' ? (
          <>
            <NumberField path={`${path}.role.lower`} label="Lower" unit={unit} />
            <NumberField path={`${path}.role.upper`} label="Upper" unit={unit} />
          </>
        ) : null}
        {role.kind === 'fed' ? (
          <NumberField path={`${path}.role.u`} label="u" unit={unit} help="Standard uncertainty, carried into the results" />
        ) : null}
        {role.kind === 'tied' ? <NumberField path={`${path}.role.offset`} label="Offset" unit={unit} /> : null}
      </div>
      <GroupIssue path={`${path}.role`} />
      {role.kind === 'tied' ? (
        <ListEditor
          path={`${path}.role.terms`}
          title="Tied to"
          one="term"
          least={1}
          make={() => ({ parameter: others[0] ?? '', factor: 1 })}
        >
          {(term, k) => (
            <div className="grid grid-cols-2 gap-2">
              <NumberField path={`${term}.factor`} label="Factor" />
              <ChoiceField
                path={`${term}.parameter`}
                label="Parameter"
                value={role.terms[k]?.parameter ?? ''}
                options={others.map((value) => ({ value, label: value }))}
                onChange={(name) => set(`${term}.parameter`, name)}
              />
            </div>
          )}
        </ListEditor>
      ) : null}
      <div className={role.kind === 'free' ? 'grid grid-cols-2 gap-2' : ''}>
        {role.kind === 'free' ? (
          <ChoiceField
            path={`${path}.role.shared`}
            label="Fitted"
            value={role.shared ?? 'site'}
            options={SHARING}
            help="Common to the wafer: all its sites find one value together, such as an index or an underlying film"
            onChange={(v) => set(`${path}.role.shared`, v === 'wafer' ? 'wafer' : undefined)}
          />
        ) : null}
        <ChoiceField
          path={`${path}.reportAs`}
          label="Reported as"
          value={p.reportAs ?? ''}
          options={[
            { value: '', label: 'not reported' },
            ...(p.reportAs !== null && !fab.some((f) => f.name === p.reportAs)
              ? [{ value: p.reportAs, label: `${p.reportAs}, not registered` }]
              : []),
            ...reported,
          ]}
          onChange={(name) => set(`${path}.reportAs`, name === '' ? null : name)}
        />
      </div>
    </div>
  );
}
