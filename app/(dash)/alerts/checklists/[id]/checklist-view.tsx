'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { ChecklistVersionView, ChecklistView } from '@/lib/services/checklists/views/list';
import { FlowDrawing } from '@/lib/ui/charts/flow-drawing';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { needsRole } from '@/lib/ui/components/gate';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { plural } from '@/lib/ui/format';
import { ChecklistEditor, drawn } from '../editor';
import type { Codes } from '../step-editor';
import { StepsInWords } from '../steps-in-words';
import { ChecklistDialogs, type DialogName } from './checklist-dialogs';

export interface ChecklistPageProps {
  data: ChecklistView;
  /** Version that the address asks for; null: the draft, or the one in force. */
  shown: number | null;
  codes: readonly Codes[];
  may: boolean;
  email: string;
  /** The site asks for a second person before limits and checklists hold. */
  secondPerson: boolean;
}

const NONE: ReadonlySet<string> = new Set();

const stateOf = (v: ChecklistVersionView, inForce: number): string =>
  v.state === 'draft'
    ? 'draft'
    : v.state === 'proposed'
      ? 'waits for a second person'
      : v.version === inForce
        ? 'in force'
        : 'earlier';

/** One checklist: its draft in the editor, or a version as it holds, and all versions. */
export function ChecklistPageView({ data, shown, codes, may, email, secondPerson }: ChecklistPageProps) {
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const [typed, setTyped] = useState(false);
  const open = data.versions.find((v) => v.state !== 'in_force');
  const version = data.versions.find((v) => v.version === shown) ?? open ?? data.versions[0];
  const editing = may && data.retired === null && shown === null && version !== undefined && version.state !== 'proposed';
  const button = (name: DialogName, text: string, primary = false) => (
    <button type="button" className={`btn ${primary ? 'btn-primary' : ''}`} disabled={typed} onClick={() => setDialog(name)}>
      {text}
    </button>
  );
  return (
    <>
      <PageHead
        title={data.name}
        sub={
          <>
            {data.retired !== null
              ? `Retired by ${data.retired.by}: ${data.retired.reason}`
              : data.version === 0
                ? 'Not in force yet'
                : `Version ${data.version} is in force`}
            {' · '}
            {data.policies.length === 0
              ? 'no policy has it'
              : `policies: ${data.policies.map((p) => `${p.area === '*' ? 'all areas' : p.area} ${p.severity}${p.needed ? ', needed for closing' : ''}`).join('; ')}`}{' '}
            <Link prefetch={false} className="link" href="/alerts/policies">
              Policies
            </Link>
          </>
        }
        actions={
          may ? (
            <>
              {typed ? <span className="text-sm text-ink-2">Keep the draft first.</span> : null}
              {open?.state === 'draft' && data.retired === null ? (
                <>
                  {button('discard', 'Discard the draft…')}
                  {button('release', secondPerson ? 'Propose…' : `Put version ${open.version} in force…`, true)}
                </>
              ) : null}
              {open?.state === 'proposed' ? (
                <>
                  {button('return', open.author === email ? 'Take back…' : 'Return…')}
                  {open.author === email ? null : button('approve', `Put version ${open.version} in force…`, true)}
                </>
              ) : null}
              {data.version === 0 ? null : button('retire', data.retired === null ? 'Retire…' : 'Restore…')}
            </>
          ) : (
            <span className="text-sm text-ink-2">{`Changing it: ${needsRole('engineer').toLowerCase()}`}</span>
          )
        }
      />
      {version === undefined ? null : editing ? (
        <ChecklistEditor
          key={`${data.id}.${open?.version ?? 0}`}
          checklist={data.id}
          revision={open?.revision ?? 0}
          name={data.name}
          content={version.content}
          codes={codes}
          onTyped={setTyped}
        />
      ) : (
        <div className="grid grid-cols-2 gap-3 items-start">
          <Panel title={`Version ${version.version}`} note={stateOf(version, data.version)}>
            <StepsInWords content={version.content} codes={codes} />
          </Panel>
          <Panel title="Flow" note={plural(version.content.steps.length, 'step')}>
            <div className="overflow-auto">
              <FlowDrawing steps={drawn(version.content)} start={version.content.start} selected={null} faulty={NONE} />
            </div>
          </Panel>
        </div>
      )}
      <div className="mt-3">
        <Versions data={data} shown={version?.version ?? null} />
      </div>
      {dialog === null ? null : (
        <ChecklistDialogs name={dialog} data={data} open={open} secondPerson={secondPerson} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

function Versions({ data, shown }: { data: ChecklistView; shown: number | null }) {
  const columns: Column<ChecklistVersionView>[] = [
    { key: 'version', header: 'Version', value: (v) => v.version, cell: (v) => `v${v.version}` },
    {
      key: 'state',
      header: 'State',
      value: (v) => stateOf(v, data.version),
      cell: (v) => (
        <StatusMark
          status={v.state !== 'in_force' ? 'warn' : v.version === data.version && data.retired === null ? 'ok' : 'idle'}
          text={stateOf(v, data.version)}
        />
      ),
    },
    { key: 'steps', header: 'Steps', numeric: true, value: (v) => v.content.steps.length },
    { key: 'author', header: 'Author', value: (v) => v.author },
    { key: 'reason', header: 'Reason', value: (v) => v.reason ?? '' },
    { key: 'changed', header: 'Changed', numeric: true, time: (v) => v.changedMs },
    { key: 'by', header: 'Put in force by', value: (v) => v.decidedBy ?? '' },
    { key: 'decided', header: 'In force since', numeric: true, time: (v) => v.decidedMs },
  ];
  return (
    <Panel title="Versions" flush note="an alert keeps the version that it was raised under">
      <DataTable
        label={`Versions of ${data.name}`}
        rows={data.versions}
        columns={columns}
        rowKey={(v) => String(v.version)}
        rowHref={(v) => `/alerts/checklists/${data.id}?version=${v.version}`}
        selectedKey={shown === null ? null : String(shown)}
        empty="It has no version."
      />
    </Panel>
  );
}
