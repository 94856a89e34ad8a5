'use client';
import type { MaterialSpec } from '@/lib/recipes';
import { valueAt } from './draft';
import { useDraft } from './draft-context';
import { fieldWord } from './field-words';
import { ChoiceField, QuantityField } from './fields';
import { ListEditor } from './list-editor';

type Kind = MaterialSpec['kind'];

const KINDS: readonly { value: Kind; label: string }[] = [
  { value: 'library', label: 'library table' },
  { value: 'constant', label: 'constant n, k' },
  { value: 'cauchy', label: 'Cauchy' },
  { value: 'oscillators', label: 'oscillators' },
  { value: 'mixture', label: 'mixture' },
];

const LORENTZ = { kind: 'lorentz', amplitudeEv2: 50, centreEv: 10, gammaEv: 0.1 } as const;

const FRESH: Readonly<Record<Kind, MaterialSpec>> = {
  library: { kind: 'library', name: 'SiO2' },
  constant: { kind: 'constant', n: 1.5, k: 0 },
  cauchy: { kind: 'cauchy', a: 1.45, bUm2: 0.004, cUm4: 0 },
  oscillators: { kind: 'oscillators', epsInf: 1, terms: [LORENTZ] },
  mixture: {
    kind: 'mixture',
    rule: 'bruggeman',
    host: { kind: 'library', name: 'SiO2' },
    guest: { kind: 'constant', n: 1, k: 0 },
    fraction: 0.1,
  },
};

const TERMS = {
  lorentz: LORENTZ,
  drude: { kind: 'drude', plasmaEv: 8, gammaEv: 0.5 },
  gaussian: { kind: 'gaussian', amplitude: 5, centreEv: 5, widthEv: 1 },
  'tauc-lorentz': { kind: 'tauc-lorentz', gapEv: 3, amplitudeEv: 50, centreEv: 5, broadeningEv: 2 },
} as const;

/** What a layer is made of. */
export function MaterialField({ path, label, isPure = false }: { path: string; label: string; isPure?: boolean }) {
  const { draft, set, materials } = useDraft();
  const m = valueAt(draft, path) as MaterialSpec | undefined;
  if (m === undefined) return null;
  const of = materials.find((t) => m.kind === 'library' && t.name === m.name);
  const known = materials.map((t) => ({ value: t.name, label: t.name }));
  return (
    <div className="min-w-0">
      <div className="grid grid-cols-2 gap-2">
        <ChoiceField
          path={`${path}.kind`}
          label={label}
          value={m.kind}
          options={isPure ? KINDS.filter((k) => k.value !== 'mixture') : KINDS}
          onChange={(kind) => set(path, FRESH[kind as Kind])}
        />
        {m.kind === 'library' ? (
          <ChoiceField
            path={`${path}.name`}
            label="Table"
            value={m.name}
            options={of ? known : [{ value: m.name, label: m.name }, ...known]}
            onChange={(name) => set(`${path}.name`, name)}
            note={of ? `${of.fromNm} to ${of.toNm} nm` : 'not in the library'}
          />
        ) : null}
        {m.kind === 'constant' ? (
          <div className="grid grid-cols-2 gap-2">
            <QuantityField path={`${path}.n`} label="n" />
            <QuantityField path={`${path}.k`} label="k" />
          </div>
        ) : null}
        {m.kind === 'oscillators' ? <QuantityField path={`${path}.epsInf`} label="ε at high energy" /> : null}
        {m.kind === 'mixture' ? (
          <ChoiceField
            path={`${path}.rule`}
            label="Rule"
            value={m.rule}
            options={[
              { value: 'bruggeman', label: 'Bruggeman' },
              { value: 'maxwell-garnett', label: 'Maxwell-Garnett' },
            ]}
            onChange={(rule) => set(`${path}.rule`, rule)}
          />
        ) : null}
      </div>
      {m.kind === 'cauchy' ? (
        <div className="grid grid-cols-3 gap-2 mt-1">
          <QuantityField path={`${path}.a`} label="A" />
          <QuantityField path={`${path}.bUm2`} label="B" unit="µm²" />
          <QuantityField path={`${path}.cUm4`} label="C" unit="µm⁴" />
        </div>
      ) : null}
      {m.kind === 'oscillators' ? (
        <ListEditor path={`${path}.terms`} title="Oscillators" one="oscillator" least={1} make={() => LORENTZ}>
          {(term) => <Term path={term} />}
        </ListEditor>
      ) : null}
      {m.kind === 'mixture' ? (
        <div className="mt-1 border-l border-hairline-strong pl-2 flex flex-col gap-1">
          <MaterialField path={`${path}.host`} label="Host" isPure />
          <MaterialField path={`${path}.guest`} label="Guest" isPure />
          <QuantityField path={`${path}.fraction`} label="Volume fraction of the guest" />
        </div>
      ) : null}
    </div>
  );
}

function Term({ path }: { path: string }) {
  const { draft, set } = useDraft();
  const term = valueAt(draft, path) as Record<string, unknown> & { kind: keyof typeof TERMS };
  return (
    <div className="grid grid-cols-2 2xl:grid-cols-3 gap-2">
      <ChoiceField
        path={`${path}.kind`}
        label="Kind"
        value={term.kind}
        options={Object.keys(TERMS).map((value) => ({ value, label: value }))}
        onChange={(kind) => set(path, TERMS[kind as keyof typeof TERMS])}
      />
      {Object.keys(term)
        .filter((k) => k !== 'kind')
        .map((k) => (
          <QuantityField key={k} path={`${path}.${k}`} label={fieldWord(k)} />
        ))}
    </div>
  );
}
