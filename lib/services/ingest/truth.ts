import { bulkInsert } from '@/lib/db';
import { type TruthRecord, truthIn } from '@/lib/formats/wire';
import type { IngestKind } from './types';

const FAULT = {
  table: 'sim_fault',
  columns: {
    key: 'text',
    fault_type: 'text',
    tool: 'text',
    chamber: 'text',
    operation: 'text',
    from_at: 'timestamptz',
    to_at: 'timestamptz',
    description: 'text',
    run_keys: 'text[]',
  },
  onConflict: 'ON CONFLICT (key) DO NOTHING',
} as const;

const TWIN = {
  table: 'sim_twin',
  columns: { run_key: 'text', parameter: 'text', value: 'float8' },
  onConflict: 'ON CONFLICT DO NOTHING',
} as const;

/** Ground truth of the simulated fab, stored apart from everything that detects or controls. */
export const truth: IngestKind<TruthRecord> = {
  kind: 'truth',
  schema: truthIn,
  times: () => [],
  check: () => [],
  async insert(tx, _sender, records) {
    const faults = records.flatMap(({ record: r }) =>
      r.kind !== 'fault'
        ? []
        : [
            {
              key: r.key,
              fault_type: r.faultType,
              tool: r.tool,
              chamber: r.chamber ?? null,
              operation: r.operation,
              from_at: r.from,
              to_at: r.to,
              description: r.description,
              run_keys: r.runKeys,
            },
          ],
    );
    await bulkInsert(tx, FAULT, faults);
    await bulkInsert(
      tx,
      TWIN,
      records.flatMap(({ record: r }) =>
        r.kind === 'twin' ? [{ run_key: r.runKey, parameter: r.parameter, value: r.value }] : [],
      ),
    );
    return {};
  },
};
