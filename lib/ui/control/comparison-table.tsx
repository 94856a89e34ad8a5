import { ROW_HEAD } from './row-head';

export interface ComparisonRow {
  readonly name: string;
  /** One per column, formatted. */
  readonly cells: readonly string[];
  readonly title?: string | undefined;
}

export interface ComparisonColumn {
  readonly label: string;
  readonly title?: string;
}

/** A head that is not sticky: with few rows it would only cover them. */
const NOT_STICKY = 'static!';

/** Items side by side, one fact per row: versions, sides of a replay, with and without control. */
export function ComparisonTable({
  caption,
  captionShown = false,
  corner,
  columns,
  rows,
  draft = false,
}: {
  caption: string;
  /** Otherwise it is only read aloud. */
  captionShown?: boolean;
  /** Name of the rows. */
  corner: string;
  columns: readonly ComparisonColumn[];
  rows: readonly ComparisonRow[];
  /** The last column is a draft and stands out. */
  draft?: boolean;
}) {
  const cellClass = (k: number): string => (draft && k === columns.length - 1 ? 'num font-semibold' : 'num');
  return (
    <table className="grid-table">
      <caption className={captionShown ? 'text-left text-sm text-ink-2 pb-1' : 'sr-only'}>{caption}</caption>
      <thead>
        <tr>
          <th scope="col" className={NOT_STICKY}>
            {corner}
          </th>
          {columns.map((c) => (
            <th key={c.label} scope="col" className={`num ${NOT_STICKY}`} title={c.title}>
              {c.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((r) => (
          <tr key={r.name} title={r.title}>
            <th scope="row" className={ROW_HEAD}>
              {r.name}
            </th>
            {columns.map((c, k) => (
              <td key={c.label} className={cellClass(k)}>
                {r.cells[k]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
