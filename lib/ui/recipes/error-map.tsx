import { num } from '../format';
import { cellColours } from '../maps/cell-colours';
import { sharedScale } from '../maps/colour-scale';
import type { ErrorTable } from './error-map.prepare';

/** Error of a surrogate over the box of its parameters: tables whose cells show colour and number. */
export function ErrorMap({ tables }: { tables: readonly ErrorTable[] }) {
  const scale = sharedScale(
    'cividis',
    tables.flatMap((t) => t.values.map((row) => row.filter(Number.isFinite))),
  );
  return (
    <div className="flex flex-wrap gap-x-6 gap-y-3">
      {tables.map((t) => (
        <table key={t.caption} className="text-sm border-separate border-spacing-px">
          <caption className="text-left text-ink-2 pb-1">{t.caption || 'σ rms'}</caption>
          <thead>
            <tr>
              <th scope="col" className="pr-2 text-left font-normal text-ink-2">
                {t.rowParameter === null ? t.columnParameter : `${t.rowParameter} ↓ ${t.columnParameter} →`}
              </th>
              {t.columnLabels.map((l) => (
                <th key={l} scope="col" className="px-1 font-medium text-ink-2">
                  {l}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {t.values.map((row, i) => (
              <tr key={t.rowLabels[i]}>
                <th scope="row" className="pr-2 text-left font-medium text-ink-2">
                  {t.rowLabels[i] || 'σ rms'}
                </th>
                {row.map((v, j) => (
                  <td
                    key={t.columnLabels[j]}
                    className={`num text-center! min-w-14 h-6 ${Number.isNaN(v) ? 'bg-sunken text-ink-2' : ''}`}
                    style={cellColours(scale, v) ?? undefined}
                  >
                    {num(v, 2)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}
