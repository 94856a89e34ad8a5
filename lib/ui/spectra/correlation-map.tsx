'use client';
import { num } from '../format';
import { type CorrelationModel, correlationColours } from './correlation.prepare';

/** Correlations as a table with coloured cells, always with the number. */
export function CorrelationMap({ label, model: m }: { label: string; model: CorrelationModel }) {
  return (
    <div className="overflow-auto">
      <table className="text-sm border-separate border-spacing-px">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            <td />
            {m.labels.map((l) => (
              <th key={l} scope="col" className="px-1 font-medium text-ink-2 max-w-20 truncate" title={l}>
                {l}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {m.rows.map((row, i) => (
            <tr key={m.labels[i]}>
              <th scope="row" className="pr-2 text-left font-medium text-ink-2 max-w-32 truncate" title={m.labels[i]}>
                {m.labels[i]}
              </th>
              {row.map((v, j) => (
                <td
                  key={m.labels[j]}
                  className={`num text-center! w-14 h-6 ${Number.isNaN(v) ? 'bg-sunken text-ink-2' : ''}`}
                  style={correlationColours(v) ?? undefined}
                >
                  {i === j && !Number.isNaN(v) ? '1' : num(v, 2)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
