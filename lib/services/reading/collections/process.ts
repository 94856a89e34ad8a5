import { asFloat32, sql } from '@/lib/db';
import type { StepWindow } from '@/lib/traces';
import { type BaseRow, type Collection, column, ofRows } from '../collection';
import { byId, byText, whereFilters } from '../filters';

const R = { lot: sql`r.lot`, operation: sql`r.operation`, product: sql`r.product`, tool: sql`r.tool`, chamber: sql`r.chamber` };
const RUN_FILTERS = {
  ...whereFilters(R),
  recipe: byText(sql`r.recipe`, 'Name of a process recipe.'),
  run: byId(sql`r.id`, 'Id of a run.'),
};
const STARTED = [
  { as: 'startedAt', sql: sql`r.started_at`, type: 'time' },
  { as: 'run', sql: sql`r.id`, type: 'uuid' },
] as const;

export const runs = ofRows({
  name: 'runs',
  title: 'Read process runs',
  text: 'One wafer in one chamber, with the recipe and the setpoints that were really applied.',
  from: sql`run r`,
  time: { sql: sql`r.started_at`, text: 'start of the run' },
  filters: RUN_FILTERS,
  order: STARTED,
  pageRows: 2_000,
  columns: [
    column('run', 'text', sql`r.id`, 'Id of the run.'),
    column('key', 'text', sql`r.key`, 'Key of the sender.'),
    column('tool', 'text', sql`r.tool`, 'Process tool.'),
    column('chamber', 'text', sql`r.chamber`, 'Chamber.'),
    column('product', 'text', sql`r.product`, 'Product.'),
    column('layer', 'text', sql`r.layer`, 'Layer.'),
    column('operation', 'text', sql`r.operation`, 'Operation.'),
    column('lot', 'text', sql`r.lot`, 'Lot.'),
    column('slot', 'integer', sql`r.slot`, 'Slot of the wafer.'),
    column('recipe', 'text', sql`r.recipe`, 'Process recipe.'),
    column('recipeVersion', 'integer', sql`r.recipe_version`, 'Its version.'),
    column('setpoints', 'json', sql`r.setpoints`, 'Setpoints that were applied, by name.'),
    column('advice', 'text', sql`r.advice_id`, 'Id of the advice that it followed.'),
    column('startedAt', 'time', sql`r.started_at`, 'Start.'),
    column('endedAt', 'time', sql`r.ended_at`, 'End.'),
    column('receivedAt', 'time', sql`r.received_at`, 'When it was received.'),
  ],
});

export const traces: Collection = {
  name: 'traces',
  title: 'Read sensor traces',
  text: 'One record a sample of a sensor, sensor after sensor. Choose sensors with `sensor`: a run has hundreds of samples of each.',
  counts: 'run',
  from: sql`run r JOIN trace t ON t.run_id = r.id AND t.started_at = r.started_at JOIN sensor_set s ON s.id = t.sensor_set_id`,
  time: { sql: sql`r.started_at`, text: 'start of the run' },
  filters: {
    ...RUN_FILTERS,
    sensor: {
      text: 'Name of a sensor; runs without it are left out, and so are other sensors.',
      type: 'text',
      where: (values) => sql`s.names && ${values}::text[]`,
    },
  },
  order: STARTED,
  pageRows: 2,
  columns: [
    { name: 'run', type: 'text', text: 'Id of the run.' },
    { name: 'startedAt', type: 'time', text: 'Start of the run.' },
    { name: 'tool', type: 'text', text: 'Process tool.' },
    { name: 'chamber', type: 'text', text: 'Chamber.' },
    { name: 'lot', type: 'text', text: 'Lot.' },
    { name: 'slot', type: 'integer', text: 'Slot of the wafer.' },
    { name: 'recipe', type: 'text', text: 'Process recipe.' },
    { name: 'sensor', type: 'text', text: 'Sensor.' },
    { name: 'unit', type: 'text', text: 'Unit of the value.' },
    { name: 'tS', type: 'number', text: 'Time since the start of the run, s.' },
    { name: 'step', type: 'text', text: 'Step of the recipe at that time; null: between steps.' },
    { name: 'value', type: 'number', text: 'Value, single precision; null: not recorded.' },
  ],
  select: {
    tool: sql`r.tool`,
    chamber: sql`r.chamber`,
    lot: sql`r.lot`,
    slot: sql`r.slot`,
    recipe: sql`r.recipe`,
    names: sql`s.names`,
    units: sql`s.units`,
    n: sql`t.n`,
    t: sql`t.t`,
    v: sql`t.v`,
    steps: sql`t.steps`,
  },
  records: samplesOf,
};

interface TraceRow {
  run: string;
  startedAt: Date;
  tool: string;
  chamber: string;
  lot: string;
  slot: number;
  recipe: string;
  names: string[];
  units: string[];
  n: number;
  t: Buffer;
  v: Buffer;
  steps: StepWindow[];
}

function* samplesOf(row: BaseRow, { sensor: only }: Readonly<Record<string, ReadonlySet<string>>>) {
  const r = row as unknown as TraceRow;
  const t = asFloat32(r.t);
  const v = asFloat32(r.v);
  const steps = Array.from(t, (s) => r.steps.find((w) => s >= w.start && s < w.end)?.name ?? null);
  for (const [k, sensor] of r.names.entries()) {
    if (only !== undefined && !only.has(sensor)) continue;
    const head = [r.run, r.startedAt, r.tool, r.chamber, r.lot, r.slot, r.recipe, sensor, r.units[k] ?? null] as const;
    for (let i = 0; i < r.n; i++) yield [...head, t[i]!, steps[i]!, v[k * r.n + i]!];
  }
}

export const events = ofRows({
  name: 'events',
  title: 'Read equipment events',
  text: 'Maintenance, cleans, consumable and recipe changes.',
  from: sql`equipment_event e`,
  time: { sql: sql`e.at`, text: 'time of the event' },
  filters: {
    tool: byText(sql`e.tool`, 'Name of a process tool.'),
    chamber: byText(sql`e.chamber`, 'Name of a chamber of a tool.'),
    kind: byText(sql`e.kind`, 'Kind of event.'),
  },
  order: [
    { as: 'at', sql: sql`e.at`, type: 'time' },
    { as: 'id', sql: sql`e.id`, type: 'uuid' },
  ],
  pageRows: 2_000,
  columns: [
    column('id', 'text', sql`e.id`, 'Id of the event.'),
    column('key', 'text', sql`e.key`, 'Key of the sender.'),
    column('at', 'time', sql`e.at`, 'When.'),
    column('tool', 'text', sql`e.tool`, 'Tool or station.'),
    column('chamber', 'text', sql`e.chamber`, 'Chamber; null: the whole tool.'),
    column('kind', 'text', sql`e.kind`, 'Kind of event.'),
    column('description', 'text', sql`e.description`, 'Description.'),
  ],
});
