import { type Sql, sql } from '@/lib/db';
import type { RecordCell } from '@/lib/formats/records';
import { type BaseRow, type Collection, column, ofRows, type ReadColumn } from '../collection';
import { byFlag, byId, byText, whereFilters } from '../filters';

const M = {
  lot: sql`m.lot`,
  operation: sql`m.operation`,
  product: sql`m.product`,
  tool: sql`m.tool`,
  chamber: sql`m.chamber`,
};

/** Whether a later record corrects it. */
const superseded = byFlag(sql`m.superseded_by IS NOT NULL`, 'Whether a correction replaced it; both stay.');

const waferColumns = (m: Readonly<Record<'lot' | 'operation' | 'product' | 'tool' | 'chamber', Sql>>): ReadColumn[] => [
  column('lot', 'text', m.lot, 'Lot.'),
  column('slot', 'integer', sql`m.slot`, 'Slot of the wafer.'),
  column('product', 'text', m.product, 'Product.'),
  column('layer', 'text', sql`m.layer`, 'Layer.'),
  column('operation', 'text', m.operation, 'Operation.'),
  column('station', 'text', sql`m.station`, 'Metrology station.'),
  column('measuredAt', 'time', sql`m.measured_at`, 'When it was measured.'),
  column('processedAt', 'time', sql`m.processed_at`, 'When its run was processed; null while the run is not known.'),
  column('run', 'text', sql`m.run_id`, 'Id of the process run.'),
  column('tool', 'text', m.tool, 'Process tool.'),
  column('chamber', 'text', m.chamber, 'Chamber.'),
];

const MEASURED = [
  { as: 'measuredAt', sql: sql`m.measured_at`, type: 'time' },
  { as: 'id', sql: sql`m.id`, type: 'uuid' },
] as const;

export const measurements = ofRows({
  name: 'measurements',
  title: 'Read measurements',
  text: 'One record a wafer and parameter, with the statistics of its sites and the fit of its map. The sites themselves are in `maps`.',
  from: sql`measurement m LEFT JOIN spatial_result s ON s.measurement_id = m.id AND s.measured_at = m.measured_at`,
  time: { sql: sql`m.measured_at`, text: 'time of measurement' },
  filters: { ...whereFilters(M), parameter: byText(sql`m.parameter`, 'Name of a parameter.'), superseded },
  order: MEASURED,
  pageRows: 2_000,
  columns: [
    column('id', 'text', sql`m.id`, 'Id of the measurement.'),
    column('key', 'text', sql`m.key`, 'Key of the sender.'),
    ...waferColumns(M),
    column('parameter', 'text', sql`m.parameter`, 'Parameter.'),
    column('unit', 'text', sql`m.unit`, 'Unit of all values.'),
    column('n', 'integer', sql`m.n`, 'Sites with a value.'),
    column('mean', 'number', sql`m.mean`, 'Mean of the sites.'),
    column('uMean', 'number', sql`m.u_mean`, 'Standard uncertainty of the mean.'),
    column('sd', 'number', sql`m.sd`, 'Standard deviation of the sites.'),
    column('uSd', 'number', sql`m.u_sd`, 'Its standard uncertainty.'),
    column('min', 'number', sql`m.min`, 'Least value.'),
    column('max', 'number', sql`m.max`, 'Largest value.'),
    column(
      'coefficients',
      'list',
      sql`COALESCE(s.coefficients, '{}')`,
      'Zernike coefficients in OSA/ANSI order; empty: not fitted.',
    ),
    column('r2', 'number', sql`s.r2`, 'Share of the variance that the fit explains.'),
    column('residualSigma', 'number', sql`s.residual_sigma`, 'Sigma of its residuals.'),
    column('revises', 'text', sql`m.revises`, 'Id of the measurement that it corrects.'),
    column('supersededBy', 'text', sql`m.superseded_by`, 'Id of its correction; null: it holds.'),
  ],
});

/** The columns that all records of a base row share: their part of the select list, and their cells. */
const headOf = (columns: readonly ReadColumn[]) => ({
  select: Object.fromEntries(columns.map((c) => [c.name, c.sql])),
  cells: (row: BaseRow) => columns.map((c) => row[c.name] as RecordCell),
});

const SITE_COLUMNS = [
  { name: 'site', type: 'integer', text: 'Number of the site in its plan, from 1.' },
  { name: 'xMm', type: 'number', text: 'Position from the centre of the wafer, mm, notch at −y.' },
  { name: 'yMm', type: 'number', text: 'The same along y.' },
  { name: 'value', type: 'number', text: 'Value; null: not measured.' },
  { name: 'u', type: 'number', text: 'Standard uncertainty of the value; null: not known.' },
] as const;

const MAP_HEAD = [
  column('id', 'text', sql`m.id`, 'Id of the measurement.'),
  ...waferColumns(M),
  column('parameter', 'text', sql`m.parameter`, 'Parameter.'),
  column('unit', 'text', sql`m.unit`, 'Unit of value and u.'),
];
const mapHead = headOf(MAP_HEAD);

export const maps: Collection = {
  name: 'maps',
  title: 'Read wafer maps',
  text: 'The sites of measured wafers, one record a site.',
  counts: 'wafer',
  from: sql`measurement m JOIN site_layout l ON l.id = m.layout_id`,
  time: { sql: sql`m.measured_at`, text: 'time of measurement' },
  filters: {
    measurement: byId(sql`m.id`, 'Id of a measurement.'),
    ...whereFilters(M),
    parameter: byText(sql`m.parameter`, 'Name of a parameter.'),
    superseded,
  },
  order: MEASURED,
  pageRows: 50,
  columns: [...MAP_HEAD, ...SITE_COLUMNS],
  select: {
    ...mapHead.select,
    x: sql`l.x`,
    y: sql`l.y`,
    values: sql`m.value`,
    us: sql`m.u`,
  },
  *records(row) {
    const head = mapHead.cells(row);
    const { x, y, values, us } = row as unknown as Record<'x' | 'y' | 'values' | 'us', Float64Array>;
    for (let i = 0; i < values.length; i++) yield [...head, i + 1, x[i]!, y[i]!, values[i]!, us[i] ?? null];
  },
};

const OVERLAY_HEAD = [
  column('id', 'text', sql`m.id`, 'Id of the overlay measurement.'),
  ...waferColumns(M),
  column('referenceLayer', 'text', sql`m.reference_layer`, 'Layer that it is measured against.'),
  column('model', 'text', sql`o.model`, 'Model of the fit.'),
];
const overlayHead = headOf(OVERLAY_HEAD);

export const overlayTerms: Collection = {
  name: 'overlay-terms',
  title: 'Read the terms of the overlay model',
  text: 'One record a wafer and term. Terms that the plan cannot tell apart are sent with `identifiable` false and no value.',
  counts: 'wafer',
  from: sql`overlay_measurement m JOIN overlay_result o ON o.measurement_id = m.id AND o.measured_at = m.measured_at`,
  time: { sql: sql`m.measured_at`, text: 'time of measurement' },
  filters: whereFilters(M),
  order: MEASURED,
  pageRows: 200,
  columns: [
    ...OVERLAY_HEAD,
    { name: 'term', type: 'text', text: 'Name of the term: tx, mx, k7, grid.dx.21.' },
    { name: 'value', type: 'number', text: 'Modelled error (the correction is its negative).' },
    { name: 'u', type: 'number', text: 'Its standard uncertainty.' },
    { name: 'unit', type: 'text', text: 'Unit of value and u.' },
    { name: 'identifiable', type: 'flag', text: 'Whether the plan can tell it from the other terms.' },
  ],
  select: {
    ...overlayHead.select,
    names: sql`o.names`,
    units: sql`o.units`,
    values: sql`o.values`,
    us: sql`o.u`,
    unidentifiable: sql`o.unidentifiable`,
  },
  records: termsOf,
};

interface TermsRow {
  names: string[];
  units: string[];
  values: Float64Array;
  us: Float64Array;
  unidentifiable: string[];
}

function* termsOf(row: BaseRow) {
  const head = overlayHead.cells(row);
  const { names, units, values, us, unidentifiable } = row as unknown as TermsRow;
  for (let i = 0; i < names.length; i++) {
    const isKnown = !unidentifiable.includes(names[i]!);
    yield [...head, names[i]!, isKnown ? values[i]! : null, isKnown ? us[i]! : null, units[i] ?? null, isKnown];
  }
}

export const predictions = ofRows({
  name: 'predictions',
  title: 'Read predictions of virtual metrology',
  text: 'One record a run and model, with its interval and whether the run lies within the domain of the model.',
  from: sql`vm_prediction q JOIN vm_model m ON m.id = q.model_id JOIN run r ON r.id = q.run_id AND r.started_at = q.started_at`,
  time: { sql: sql`q.started_at`, text: 'start of the run' },
  filters: {
    ...whereFilters({
      lot: sql`r.lot`,
      operation: sql`m.operation`,
      product: sql`m.product`,
      tool: sql`r.tool`,
      chamber: sql`r.chamber`,
    }),
    parameter: byText(sql`m.parameter`, 'Name of a parameter.'),
    model: byId(sql`q.model_id`, 'Id of a model.'),
    reliable: byFlag(sql`q.reliable`, 'Whether the run lies within the domain of the model.'),
  },
  order: [
    { as: 'startedAt', sql: sql`q.started_at`, type: 'time' },
    { as: 'run', sql: sql`q.run_id`, type: 'uuid' },
    { as: 'model', sql: sql`q.model_id`, type: 'uuid' },
  ],
  pageRows: 2_000,
  columns: [
    column('model', 'text', sql`q.model_id`, 'Id of the model.'),
    column('version', 'integer', sql`q.version`, 'Version of the model.'),
    column('run', 'text', sql`q.run_id`, 'Id of the process run.'),
    column('startedAt', 'time', sql`q.started_at`, 'Start of the run.'),
    column('lot', 'text', sql`r.lot`, 'Lot.'),
    column('slot', 'integer', sql`r.slot`, 'Slot of the wafer.'),
    column('product', 'text', sql`m.product`, 'Product.'),
    column('operation', 'text', sql`m.operation`, 'Operation.'),
    column('tool', 'text', sql`r.tool`, 'Process tool.'),
    column('chamber', 'text', sql`r.chamber`, 'Chamber.'),
    column('parameter', 'text', sql`m.parameter`, 'Parameter.'),
    column('unit', 'text', sql`m.unit`, 'Unit of value, u and interval.'),
    column('value', 'number', sql`q.value`, 'Predicted value.'),
    column('u', 'number', sql`q.u_value`, 'Its standard uncertainty.'),
    column('lo', 'number', sql`q.lo`, 'Lower end of the interval.'),
    column('hi', 'number', sql`q.hi`, 'Upper end.'),
    column('t2', 'number', sql`q.t2`, 'Hotelling T² of the run in the model.'),
    column('spe', 'number', sql`q.spe`, 'Squared prediction error of its inputs.'),
    column('reliable', 'flag', sql`q.reliable`, 'Whether the run lies within the domain of the model.'),
    column('missing', 'integer', sql`q.missing`, 'Inputs that the run does not have.'),
  ],
});
