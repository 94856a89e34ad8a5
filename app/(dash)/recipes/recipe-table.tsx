'use client';
import type { RecipeRow } from '@/lib/services/recipes/views/recipes';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { percent } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { KIND_WORDS } from '@/lib/ui/recipes/templates';

const share = (r: RecipeRow): number | null => (r.sites > 0 ? r.accepted / r.sites : null);
const list = (names: readonly string[]) =>
  names.length === 0 ? (
    <span className="text-ink-3">none</span>
  ) : (
    <span className="block whitespace-normal max-w-[22ch] min-[1700px]:max-w-[60ch]">{names.join(', ')}</span>
  );

const COLUMNS: readonly Column<RecipeRow>[] = [
  {
    key: 'state',
    header: 'State',
    value: (r) => (r.active ? 'in use' : 'out of use'),
    cell: (r) => (
      <>
        <StatusMark status={r.active ? 'ok' : 'idle'} text={r.active ? 'in use' : 'out of use'} />
        {r.proposed > 0 ? (
          <span className="block" title="A draft waits for a second engineer">
            <StatusMark status="warn" text={r.proposed === 1 ? 'proposal waits' : `${r.proposed} proposals wait`} />
          </span>
        ) : null}
      </>
    ),
  },
  { key: 'proposed', header: 'Proposals waiting', fileOnly: true, value: (r) => r.proposed },
  { key: 'name', header: 'Recipe', value: (r) => r.name },
  { key: 'operation', header: 'Operation', value: (r) => r.operation },
  { key: 'product', header: 'Product', value: (r) => r.product ?? 'all' },
  { key: 'kind', header: 'Model', value: (r) => KIND_WORDS[r.kind] },
  {
    key: 'free',
    header: 'Free',
    title: 'Parameters that the fit finds',
    value: (r) => r.free.join(', '),
    cell: (r) => list(r.free),
  },
  { key: 'reported', header: 'Reported as', value: (r) => r.reported.join(', '), cell: (r) => list(r.reported) },
  {
    key: 'm',
    header: 'M',
    numeric: true,
    value: (r) => r.truncation,
    title: 'Truncation of a grating model: 2M + 1 harmonics',
  },
  { key: 'wafers', header: 'Wafers', numeric: true, value: (r) => r.wafers, title: 'Of the last seven days' },
  {
    key: 'accepted',
    header: 'Accepted',
    numeric: true,
    firstDir: 'asc',
    fileUnit: '%',
    value: (r) => (r.sites > 0 ? (100 * r.accepted) / r.sites : null),
    cell: (r) => percent(share(r), 1),
    title: 'Share of the sites of seven days whose fit was accepted',
  },
  {
    key: 'version',
    header: 'Version',
    value: (r) => r.version,
    cell: (r) => (
      <>
        {`${r.version}, `}
        <Ago at={r.changedMs} />
      </>
    ),
  },
  {
    key: 'author',
    header: 'By',
    value: (r) => r.author,
    cell: (r) => (
      <span className="block whitespace-normal" title={r.author}>
        {r.author}
      </span>
    ),
  },
];

export function RecipeTable({ rows, may }: { rows: readonly RecipeRow[]; may: boolean }) {
  return (
    <DataTable
      label="Metrology recipes"
      rows={rows}
      columns={COLUMNS}
      rowKey={(r) => r.id}
      rowHref={(r) => `/recipes/${r.id}`}
      primary
      empty={
        may
          ? 'There is no metrology recipe yet. Make one with “New recipe”: a template is a good start. Stations name it when they send spectra to POST /api/v1/spectra.'
          : 'There is no metrology recipe yet. An engineer makes them; stations name one when they send spectra.'
      }
    />
  );
}
