'use client';
import Link from 'next/link';
import { useMemo } from 'react';
import type { SpectrumListRow } from '@/lib/services/spectra/views/list';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { decimalsFor, unitLabel, withU } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { chi2Words, waferVerdict } from '@/lib/ui/spectra/site-status';

type Value = SpectrumListRow['values'][number];

const written = (v: Value): string => `${withU(v.mean, v.sd)}${unitLabel(v.unit) ? ` ${unitLabel(v.unit)}` : ''}`;

/** Wafers that need attention come first: refused ones, then those where a rule fired. */
const rank = (r: SpectrumListRow): number =>
  r.accepted === null ? 3 : r.accepted === 0 ? 0 : r.accepted < r.sites ? 1 : r.isOut ? 2 : 4;

const BEFORE: readonly Column<SpectrumListRow>[] = [
  {
    key: 'state',
    header: 'State',
    value: (r) => `${waferVerdict(r.accepted, r.sites).text}${r.isOut ? ', rule fired' : ''}`,
    sort: rank,
    cell: (r) => {
      const { status, text } = waferVerdict(r.accepted, r.sites);
      return (
        <>
          <StatusMark status={status} text={text} />
          {r.isOut ? (
            <span className="ml-2">
              <StatusMark status="out" text="rule fired" />
            </span>
          ) : null}
        </>
      );
    },
  },
  { key: 'wafer', header: 'Wafer', value: (r) => waferName(r.lot, r.slot) },
  { key: 'product', header: 'Product', value: (r) => r.product },
  {
    key: 'recipe',
    header: 'Recipe',
    value: (r) => r.recipe,
    cell: (r) => (r.version === null ? r.recipe : `${r.recipe} v${r.version}`),
  },
  { key: 'version', header: 'Recipe version', fileOnly: true, value: (r) => r.version },
  { key: 'station', header: 'Station', value: (r) => r.station },
];

const AFTER: readonly Column<SpectrumListRow>[] = [
  {
    key: 'chi2',
    header: 'χ²/ν',
    numeric: true,
    value: (r) => r.reducedChi2,
    cell: (r) => chi2Words(r.reducedChi2),
    title: 'Median over the sites; 1 is a model that leaves nothing but noise',
  },
  { key: 'measured', header: 'Measured', numeric: true, time: (r) => r.measuredMs },
];

const ALL_VALUES: Column<SpectrumListRow> = {
  key: 'values',
  header: 'Mean ± σ over the wafer',
  value: (r) => r.values.map((v) => `${v.parameter} ${written(v)}`).join(', '),
  cell: (r) =>
    r.values.length === 0 ? (
      '–'
    ) : (
      <span className="whitespace-normal">
        {r.values.map((v) => (
          <span key={v.parameter} className="inline-block mr-3 whitespace-nowrap">
            <span className="text-ink-2">{v.parameter}</span> {written(v)}
          </span>
        ))}
      </span>
    ),
};

/** One column per value where all wafers have the same ones. */
function valueColumns(rows: readonly SpectrumListRow[]): readonly Column<SpectrumListRow>[] {
  const first = rows.find((r) => r.values.length > 0);
  if (first === undefined || new Set(rows.map((r) => r.recipe)).size > 1) return [ALL_VALUES];
  return first.values.flatMap(({ parameter, unit }): Column<SpectrumListRow>[] => {
    const of = (r: SpectrumListRow): Value | undefined => r.values.find((v) => v.parameter === parameter);
    const inUnit = unitLabel(unit) ? { unit: unitLabel(unit) } : {};
    const mean: Column<SpectrumListRow> = {
      key: parameter,
      header: parameter,
      fileHeader: `${parameter} mean`,
      ...inUnit,
      numeric: true,
      value: (r) => of(r)?.mean,
      cell: (r) => {
        const v = of(r);
        return v ? withU(v.mean, v.sd, v.sd ? undefined : decimalsFor(Math.abs(v.mean) / 1000)) : '–';
      },
      title: 'Mean and standard deviation of the accepted sites',
    };
    return [mean, { key: `${parameter} sd`, header: `${parameter} sd`, ...inUnit, fileOnly: true, value: (r) => of(r)?.sd }];
  });
}

export function SpectraTable({
  rows,
  total,
  hasRecipes,
}: {
  rows: readonly SpectrumListRow[];
  total: number;
  hasRecipes: boolean;
}) {
  const columns = useMemo(() => [...BEFORE, ...valueColumns(rows), ...AFTER], [rows]);
  return (
    <DataTable
      label="Wafers with spectra"
      rows={rows}
      columns={columns}
      rowKey={(r) => r.id}
      rowHref={(r) => `/spectra/${r.id}`}
      primary
      total={total}
      empty={
        hasRecipes ? (
          <>
            No wafer with spectra matches. Take a longer time range or clear a filter. Spectra and scattering curves arrive over{' '}
            <code>POST /api/v1/spectra</code>, each naming the{' '}
            <Link className="link underline" href="/recipes">
              recipe
            </Link>{' '}
            that fits it.
          </>
        ) : (
          <>
            There is no metrology recipe yet, and a spectrum needs one to become values.{' '}
            <Link className="link underline" href="/recipes">
              Make a recipe
            </Link>
            , then let the station send to <code>POST /api/v1/spectra</code>.
          </>
        )
      }
    />
  );
}
