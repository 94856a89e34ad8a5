'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type PointerEvent, type ReactNode, type RefObject, useId, useMemo, useRef, useState } from 'react';
import { fileName, withColumns } from '../csv';
import { downloadText } from '../export';
import { absoluteTime, fullTime, shortTime } from '../format';
import { useKeys } from '../hooks/use-keys';
import { useUrlState } from '../hooks/use-url-state';
import { useExportFacts } from './export-facts';
import { useAddress } from './filter-bar';
import { PAGE_KEY } from './filter-fields';
import { Empty } from './panel';
import { tipUnder } from './row-tip';
import { type ColumnData, exported, shownUnit, sortValue, tableCsv } from './table-export';
import { readSort, type SortState, sortRows, writeSort } from './table-sort';
import { contextColumns } from './use-exports';

export interface Column<R> extends ColumnData<R> {
  /** Right-aligned tabular digits. */
  numeric?: boolean;
  /** What is shown; default: the value, or for a time its clock time in UTC, as the header says. */
  cell?: (row: R) => ReactNode;
  /** Only in the file: what a cell on screen shows beside its number, such as its own unit. */
  fileOnly?: boolean;
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
  /** The whole row is a link: click, middle click, Enter, its address on hover. */
  rowHref?: (row: R) => string;
  onSelect?: (row: R) => void;
  selectedKey?: string | null;
  initialSort?: SortState;
  /** j / k move through this table, and its order is part of the address. One per page. */
  primary?: boolean;
  /** The rows come in the order that the address says, page by page: a heading asks the server for the first page in its order. */
  sortedByServer?: boolean;
  /** Address of the whole list as a file, where `rows` are one page of it. */
  exportHref?: string;
  /** Extra keys on the focused row, e.g. `{ a: acknowledge }`. */
  rowKeys?: Readonly<Record<string, (row: R) => void>>;
  empty: ReactNode;
  maxHeight?: number | string;
  /** Number of rows in all, when not all are in `rows`: shown. */
  total?: number;
  exportable?: boolean;
  footer?: ReactNode;
}

/** Dense sortable table: sticky head, keyboard rows, CSV, missing values last. */
export function DataTable<R>(p: DataTableProps<R>) {
  const { label, rows, columns: all, rowKey, initialSort, primary, sortedByServer, empty, maxHeight } = p;
  const body = useRef<HTMLTableSectionElement>(null);
  const columns = useMemo(() => all.filter((c) => !c.fileOnly), [all]);
  const [sort, setSort] = useSort(columns, initialSort ?? null, primary === true, sortedByServer === true);
  const sorted = useMemo(() => {
    if (sortedByServer) return rows;
    const column = sort ? columns.find((c) => c.key === sort.key) : undefined;
    const value = column && sortValue(column);
    return sort && value ? sortRows(rows, value, sort.dir) : rows;
  }, [rows, columns, sort, sortedByServer]);
  const walk = useRowKeys(p, body, sorted);
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
            {sorted.map((row) => (
              <Row key={rowKey(row)} row={row} columns={columns} table={p} onWalk={walk} />
            ))}
          </tbody>
        </table>
      </div>
      <Foot table={p} sorted={sorted} />
    </div>
  );
}

/** j and k, the arrows, and the table's own keys on the focused row. @returns a function that moves the focus by a number of rows. */
function useRowKeys<R>(
  { rowKey, rowKeys, primary }: DataTableProps<R>,
  body: RefObject<HTMLTableSectionElement | null>,
  sorted: readonly R[],
): (step: number) => void {
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
  const own = Object.fromEntries(
    Object.entries(rowKeys ?? {}).map(([k, run]) => [
      k,
      () => {
        const r = focusedRow();
        if (r !== undefined) run(r);
      },
    ]),
  );
  useKeys(primary ? { j: () => walk(1), k: () => walk(-1), ...own } : own);
  return walk;
}

interface RowProps<R> {
  row: R;
  columns: readonly Column<R>[];
  table: DataTableProps<R>;
  onWalk: (step: number) => void;
}

/** A row that is selected by click or Enter, or that is wholly a link to its page. */
function Row<R>({ row, columns, table, onWalk }: RowProps<R>) {
  const { rowKey, rowHref, onSelect, selectedKey } = table;
  const router = useRouter();
  const id = useId();
  const key = rowKey(row);
  const isSelected = selectedKey === undefined ? undefined : selectedKey === key;
  return (
    <tr
      data-row={onSelect ? key : undefined}
      tabIndex={onSelect ? 0 : undefined}
      aria-selected={isSelected}
      className={onSelect || rowHref ? 'cursor-pointer' : undefined}
      onClick={(e) => {
        if ((e.target as HTMLElement).closest('a,button,input,select,label')) return;
        if (onSelect) onSelect(row);
        else if (rowHref) router.push(rowHref(row)); // outside the link, on the border of the row
      }}
      onKeyDown={(e) => {
        if (e.key === 'Enter' && e.target === e.currentTarget) onSelect?.(row);
        if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
          e.preventDefault();
          onWalk(e.key === 'ArrowDown' ? 1 : -1);
        }
      }}
    >
      {columns.map((c, i) => (
        <td key={c.key} id={i < 2 && rowHref ? `${id}-${i}` : undefined} className={c.numeric ? 'num' : undefined}>
          {i === 0 && rowHref && !onSelect ? (
            <Link
              prefetch={false}
              href={rowHref(row)}
              data-row={key}
              aria-current={isSelected ? 'true' : undefined}
              onPointerMove={showTip}
              aria-labelledby={`${id}-0 ${id}-1`}
              className="row-link"
            />
          ) : null}
          {shown(c, row)}
        </td>
      ))}
    </tr>
  );
}

/** The number of rows, and all of them as a file in the order shown. */
function Foot<R>({ table, sorted }: { table: DataTableProps<R>; sorted: readonly R[] }) {
  const { label, columns, total, exportable = true, exportHref, footer } = table;
  const n = sorted.length;
  const facts = useExportFacts();
  const save = (): void =>
    downloadText(fileName(label, 'csv'), withColumns(tableCsv(columns, sorted), contextColumns(facts, '')));
  return (
    <div className="flex items-center gap-3 px-2 pt-2 text-sm text-ink-3 no-print">
      <span>{total !== undefined && total > n ? `${n} of ${total} rows` : `${n} ${n === 1 ? 'row' : 'rows'}`}</span>
      {footer}
      {exportHref !== undefined ? (
        <a className="link ml-auto" href={exportHref} download>
          {total === undefined || total === n ? 'CSV' : `CSV of all ${total}`}
        </a>
      ) : exportable && exported<R, Column<R>>(columns).length > 0 ? (
        <button type="button" className="link ml-auto" onClick={save}>
          CSV
        </button>
      ) : null}
    </div>
  );
}

function shown<R>(c: Column<R>, row: R): ReactNode {
  if (c.cell) return c.cell(row);
  if (c.time === undefined) return String(c.value?.(row) ?? '–');
  const ms = c.time(row);
  return <span title={absoluteTime(ms)}>{c.isPrecise ? fullTime(ms) : shortTime(ms)}</span>;
}

/** The link of a row lies above its cells, so it shows the tooltip of the cell under the pointer. */
function showTip(e: PointerEvent<HTMLAnchorElement>): void {
  const link = e.currentTarget;
  const tips = [...(link.closest('tr')?.querySelectorAll<HTMLElement>('[title]:not(.row-link)') ?? [])];
  link.title = tipUnder(
    tips.map((el) => ({ ...el.getBoundingClientRect().toJSON(), tip: el.title })),
    e.clientX,
    e.clientY,
  );
}

/**
 * The order of a table: that of a page's main table is part of the address, so that a shared link shows the same rows first. Where the server orders,
 * a new order begins at the first page.
 */
function useSort<R>(
  columns: readonly Column<R>[],
  initial: SortState | null,
  inAddress: boolean,
  byServer: boolean,
): [SortState | null, (s: SortState) => void] {
  const [local, setLocal] = useState(initial);
  const [text, setText] = useUrlState('sort');
  const address = useAddress();
  if (!inAddress) return [local, setLocal];
  const known = readSort(text);
  return [
    known !== null && columns.some((c) => c.key === known.key && sortValue(c)) ? known : initial,
    (s) => (byServer ? address.set({ sort: writeSort(s), [PAGE_KEY]: null }) : setText(writeSort(s))),
  ];
}

function HeadCell<R>({ column: c, sort, onSort }: { column: Column<R>; sort: SortState | null; onSort: (s: SortState) => void }) {
  const active = sort?.key === c.key ? sort.dir : null;
  const unit = shownUnit(c);
  const text = (
    <>
      {c.header}
      {unit ? <span className="font-normal text-ink-3"> {unit}</span> : null}
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
      {sortValue(c) ? (
        <button
          type="button"
          className="font-semibold hover:text-ink"
          onClick={() => onSort({ key: c.key, dir: active ? (active === 'asc' ? 'desc' : 'asc') : first })}
        >
          {text}
          <span aria-hidden="true" className="absolute right-0 bottom-0 w-3 text-ink-3">
            {active === 'asc' ? '↑' : active === 'desc' ? '↓' : ''}
          </span>
        </button>
      ) : (
        text
      )}
    </th>
  );
}
