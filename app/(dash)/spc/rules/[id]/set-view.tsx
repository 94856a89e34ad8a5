'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { Following } from '@/lib/services/spc/rules/usage';
import type { RuleSetVersionView, RuleSetView } from '@/lib/services/spc/views/rule-sets';
import { kindOf } from '@/lib/spc';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { count, plural } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { applySet, setSetRetired } from '../actions';
import { draftOf } from '../set-draft';
import { SetEditor } from '../set-editor';

const VERSIONS: readonly Column<RuleSetVersionView>[] = [
  { key: 'version', header: 'Version', numeric: true, value: (r) => r.version },
  { key: 'at', header: 'Since', numeric: true, time: (r) => r.atMs, cell: (r) => <Ago at={r.atMs} /> },
  {
    key: 'difference',
    header: 'What changed',
    value: (r) => r.difference.join('; '),
    cell: (r) => <span className="block whitespace-normal">{r.difference.join('; ') || 'first version'}</span>,
  },
  {
    key: 'why',
    header: 'Author and reason',
    value: (r) => `${r.author}: ${r.reason}`,
    cell: (r) => <span className="name">{`${r.author}: ${r.reason}`}</span>,
  },
];

const BEHIND: readonly Column<Following>[] = [
  { key: 'title', header: 'Chart', value: (r) => r.title, cell: (r) => <span className="name">{r.title}</span> },
  { key: 'kind', header: 'Kind', value: (r) => kindOf(r.kind).label },
  { key: 'version', header: 'Version of the set', numeric: true, value: (r) => r.setVersion },
  { key: 'template', header: 'Template', value: (r) => r.template ?? '–' },
];

/** A rule set: its rules with their price, the charts that have not followed, and its versions. */
export function SetView({ data, may }: { data: RuleSetView; may: boolean }) {
  const [asked, ask] = useState<'apply' | 'retire' | null>(null);
  const edits = may && !data.builtIn && !data.retired;
  const { behind, templatesBehind } = data;
  const note = data.builtIn
    ? 'comes with Driftless: copy it to change it'
    : data.retired
      ? 'retired: restore it to change it'
      : may
        ? 'counts are points, sigmas those of the plotted statistic; beyond is strictly beyond'
        : 'reading only: changing it needs the engineer role';
  return (
    <>
      <PageHead
        title={data.name}
        sub={data.source ?? `version ${data.version}${data.retired ? ', retired' : ''}`}
        actions={
          may ? (
            <>
              {edits && behind.count + templatesBehind > 0 ? (
                <button type="button" className="btn btn-primary" onClick={() => ask('apply')}>
                  {`Apply to ${plural(behind.count, 'chart')}…`}
                </button>
              ) : null}
              <Link prefetch={false} className="btn" href={`/spc/rules/new?from=${data.id}`}>
                Copy
              </Link>
              {data.builtIn ? null : (
                <button type="button" className="btn" onClick={() => ask('retire')}>
                  {data.retired ? 'Restore…' : 'Retire…'}
                </button>
              )}
            </>
          ) : undefined
        }
      />
      <SetEditor
        key={`${data.id} ${data.version}`}
        set={data.builtIn ? null : data.id}
        version={data.version}
        first={draftOf(data.name, data.content)}
        may={edits}
        note={note}
      />
      {behind.count === 0 ? null : (
        <Panel
          title="Charts of earlier versions"
          className="mt-3"
          flush
          note={`${plural(behind.count, 'chart')}; they keep their version until it is applied`}
        >
          <DataTable
            label="Charts of earlier versions"
            rows={behind.listed}
            columns={BEHIND}
            rowKey={(r) => r.id}
            rowHref={(r) => `/spc/${r.id}`}
            exportable
            {...(behind.count > behind.listed.length ? { total: behind.count } : {})}
            empty=""
          />
        </Panel>
      )}
      {data.builtIn ? null : (
        <Panel title="Versions" className="mt-3" flush note={plural(data.versions.length, 'version')}>
          <DataTable
            label="Versions"
            rows={data.versions}
            columns={VERSIONS}
            rowKey={(r) => String(r.version)}
            exportable
            empty=""
          />
        </Panel>
      )}
      <ReasonDialog
        open={asked === 'apply'}
        onClose={() => ask(null)}
        title={`Apply version ${data.version} of ${data.name}`}
        confirm={`Apply to ${plural(behind.count, 'chart')}`}
        onSubmit={(reason) => applySet(data.id, data.version, behind.count, reason)}
      >
        <ul className="text-sm">
          <li>{`${plural(behind.count, 'chart')} judge by version ${data.version} from now on; points that were judged stay as they were.`}</li>
          {templatesBehind > 0 ? (
            <li>{`${plural(templatesBehind, 'template')} make charts by it, as a new version of each.`}</li>
          ) : null}
          {(data.versions[0]?.difference ?? []).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <p className="text-sm text-ink-2 mt-1">{`The price over ${count(behind.count)} charts stands beside the rules.`}</p>
      </ReasonDialog>
      <ReasonDialog
        open={asked === 'retire'}
        onClose={() => ask(null)}
        title={data.retired ? `Restore ${data.name}` : `Retire ${data.name}`}
        confirm={data.retired ? 'Restore' : 'Retire'}
        onSubmit={(reason) => setSetRetired(data.id, data.version, !data.retired, reason)}
      >
        <p className="text-ink-2">
          {data.retired
            ? 'Charts and templates may choose it again.'
            : 'No chart and no template can choose it any more; those that have it keep judging by it.'}
        </p>
      </ReasonDialog>
    </>
  );
}
