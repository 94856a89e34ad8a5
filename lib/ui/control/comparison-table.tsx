import { ROW_HEAD } from './row-head';

export interface ComparisonRow {
  readonly name: string;
  /** One a column, as it is read. */
  readonly cells: readonly string[];
  readonly title?: string | undefined;
}

export interface ComparisonColumn {
  readonly label: string;
  readonly title?: string;
}

/** A head that stays with its few rows: following the page it would only lie over them. */
const STILL = 'static!';

/** Things side by side, a fact a row: versions, sides of a replay, with and without control. */
export function ComparisonTable({
  caption,
  captionShown = false,
  corner,
  columns,
  rows,
  draft = false,
}: {
  caption: string;
  /** Else it is read aloud only. */
  captionShown?: boolean;
  /** What the rows are. */
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
          <th scope="col" className={STILL}>
            {corner}
          </th>
          {columns.map((c) => (
            <th key={c.label} scope="col" className={`num ${STILL}`} title={c.title}>
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
