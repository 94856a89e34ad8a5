import { bulkInsert } from '@/lib/db';
import { type TruthRecord, truthIn } from '@/lib/formats/wire';
import type { IngestKind } from './types';

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
    await bulkInsert(tx, 'sim_fault', faults, { key: ['key'], update: [] });
    await bulkInsert(
      tx,
      'sim_twin',
      records.flatMap(({ record: r }) =>
        r.kind === 'twin' ? [{ run_key: r.runKey, parameter: r.parameter, value: r.value }] : [],
      ),
      'ignore',
    );
    return {};
  },
};
