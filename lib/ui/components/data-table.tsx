'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type ReactNode, useId, useMemo, useRef, useState } from 'react';
import { type Cell, fileName, toCsv, withColumns } from '../csv';
import { downloadText } from '../export';
import { useKeys } from '../hooks/use-keys';
import { useUrlState } from '../hooks/use-url-state';
import { useExportFacts } from './export-facts';
import { Empty } from './panel';
import { readSort, type SortState, sortRows, writeSort } from './table-sort';
import { contextColumns } from './use-exports';

export interface Column<R> {
  key: string;
  header: string;
  /** Shown small after the header; numbers in the cells stay bare. */
  unit?: string;
  /** Right-aligned tabular digits. */
  numeric?: boolean;
  /** What is sorted by and exported; without it the column does neither. */
  value?: (row: R) => Cell;
  /** What is shown; default: the value. */
  cell?: (row: R) => ReactNode;
  title?: string;
  width?: number | string;
  firstDir?: 'asc' | 'desc';
}

export interface DataTableProps<R> {
  /** Read aloud, and the name of the exported file. */
  label: string;
  rows: readonly R[];
  columns: readonly Column<R>[];
  rowKey: (row: R) => string;
  /** The row is a link to there: click, middle click, Enter. */
  rowHref?: (row: R) => string;
  onSelect?: (row: R) => void;
  selectedKey?: string | null;
  initialSort?: SortState;
  /** j / k walk this table, and its order is part of the address. One per page. */
  primary?: boolean;
  /** Extra keys on the focused row, e.g. `{ a: acknowledge }`. */
  rowKeys?: Readonly<Record<string, (row: R) => void>>;
  empty: ReactNode;
  maxHeight?: number | string;
  /** How many there are in all when not all are in `rows`: said aloud. */
  total?: number;
  exportable?: boolean;
  footer?: ReactNode;
}

/** Dense sortable table: sticky head, keyboard rows, CSV, missing values last. */
export function DataTable<R>(p: DataTableProps<R>) {
  const {
    label,
    rows,
    columns,
    rowKey,
    rowHref,
    onSelect,
    selectedKey,
    initialSort,
    primary,
    rowKeys,
    empty,
    maxHeight,
    total,
    exportable = true,
    footer,
  } = p;
  const router = useRouter();
  const body = useRef<HTMLTableSectionElement>(null);
  const id = useId();
  const [sort, setSort] = useSort(columns, initialSort ?? null, primary === true);
  const sorted = useMemo(() => {
    const value = sort ? columns.find((c) => c.key === sort.key)?.value : undefined;
    return sort && value ? sortRows(rows, value, sort.dir) : rows;
  }, [rows, columns, sort]);

  const walk = (step: number): void => {
    const list = [...(body.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const i = list.indexOf(document.activeElement as HTMLElement);
    const next = list[i < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, i + step))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  const focusedRow = (): R | undefined => {
    const key = (document.activeElement as HTMLElement | null)?.dataset['row'];
    return key === undefined ? undefined : sorted.find((r) => rowKey(r) === key);
  };
  const rowBindings = Object.fromEntries(
    Object.entries(rowKeys ?? {}).map(([k, run]) => [
      k,
      () => {
        const r = focusedRow();
        if (r !== undefined) run(r);
      },
    ]),
  );
  useKeys(primary ? { j: () => walk(1), k: () => walk(-1), ...rowBindings } : rowBindings);

  const facts = useExportFacts();
  const exported = columns.filter((c) => c.value);
  const save = (): void =>
    downloadText(
      fileName(label, 'csv'),
      withColumns(
        toCsv(
          exported.map((c) => (c.unit ? `${c.header} (${c.unit})` : c.header)),
          sorted.map((r) => exported.map((c) => c.value?.(r))),
        ),
        contextColumns(facts, ''),
      ),
    );
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  return (
    <div>
      <div className="overflow-auto" style={{ maxHeight }}>
        <table className="grid-table">
          <caption className="sr-only">{label}</caption>
          <thead>
            <tr>
              {columns.map((c) => (
                <HeadCell key={c.key} column={c} sort={sort} onSort={setSort} />
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {sorted.map((row, place) => {
              const key = rowKey(row);
              return (
                <tr
                  key={key}
                  data-row={onSelect ? key : undefined}
                  tabIndex={onSelect ? 0 : undefined}
                  aria-selected={selectedKey === undefined ? undefined : selectedKey === key}
                  className={onSelect || rowHref ? 'cursor-pointer' : undefined}
                  onClick={(e) => {
                    if ((e.target as HTMLElement).closest('a,button,input,select,label')) return;
                    if (onSelect) onSelect(row);
                    else if (rowHref) router.push(rowHref(row)); // on a cell's own tool tip, which lies above the link
                  }}
                  onKeyDown={(e) => {
                    if (e.key === 'Enter' && e.target === e.currentTarget) onSelect?.(row);
                    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
                      e.preventDefault();
                      walk(e.key === 'ArrowDown' ? 1 : -1);
                    }
                  }}
                >
                  {columns.map((c, i) => (
                    <td
                      key={c.key}
                      id={i < 2 && rowHref ? `${id}-${place}-${i}` : undefined}
                      className={c.numeric ? 'num' : undefined}
                    >
                      {i === 0 && rowHref && !onSelect ? (
                        <Link
                          prefetch={false}
                          href={rowHref(row)}
                          data-row={key}
                          aria-labelledby={`${id}-${place}-0 ${id}-${place}-1`}
                          className="row-link"
                        />
                      ) : null}
                      {c.cell ? c.cell(row) : String(c.value?.(row) ?? '–')}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className="flex items-center gap-3 px-2 pt-2 text-sm text-ink-3 no-print">
        <span>
          {total !== undefined && total > rows.length
            ? `${rows.length} of ${total} rows`
            : `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`}
        </span>
        {footer}
        {exportable && exported.length > 0 ? (
          <button type="button" className="link ml-auto" onClick={save}>
            CSV
          </button>
        ) : null}
      </div>
    </div>
  );
}

/** The order of a table: that of a page's main table stands in the address, so that a shared link shows the same rows on top. */
function useSort<R>(
  columns: readonly Column<R>[],
  initial: SortState | null,
  inAddress: boolean,
): [SortState | null, (s: SortState) => void] {
  const [local, setLocal] = useState(initial);
  const [text, setText] = useUrlState('sort');
  if (!inAddress) return [local, setLocal];
  const known = readSort(text);
  return [known !== null && columns.some((c) => c.key === known.key && c.value) ? known : initial, (s) => setText(writeSort(s))];
}

function HeadCell<R>({ column: c, sort, onSort }: { column: Column<R>; sort: SortState | null; onSort: (s: SortState) => void }) {
  const active = sort?.key === c.key ? sort.dir : null;
  const text = (
    <>
      {c.header}
      {c.unit ? <span className="font-normal text-ink-3"> {c.unit}</span> : null}
    </>
  );
  const first = c.firstDir ?? (c.numeric ? 'desc' : 'asc');
  return (
    <th
      scope="col"
      className={c.numeric ? 'num' : undefined}
      style={{ width: c.width }}
      title={c.title}
      aria-sort={active ? (active === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      {c.value ? (
        <button
          type="button"
          className="font-semibold hover:text-ink"
          onClick={() => onSort({ key: c.key, dir: active ? (active === 'asc' ? 'desc' : 'asc') : first })}
        >
          {text}
          <span aria-hidden="true" className="inline-block w-3 text-ink-3">
            {active === 'asc' ? '↑' : active === 'desc' ? '↓' : ''}
          </span>
        </button>
      ) : (
        text
      )}
    </th>
  );
}
