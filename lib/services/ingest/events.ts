import { bulkInsert } from '@/lib/db';
import { type EventRecord, eventIn } from '@/lib/formats/wire';
import { enqueueLater } from '@/lib/queue/outbox';
import { feed } from '../live/feed';
import { knownTool, plausibleTime } from '../master/checks';
import type { IngestKind } from './types';

export const EVENT_WORDS: Readonly<Record<EventRecord['kind'], string>> = {
  pm: 'PM',
  chamber_clean: 'Chamber clean',
  consumable_change: 'Consumable change',
  recipe_change: 'Recipe change',
};

export const events: IngestKind<EventRecord> = {
  kind: 'event',
  schema: eventIn,
  times: () => [],
  check: (r, c) => [...knownTool(r.tool, r.chamber, c), ...plausibleTime(r.at, 'at', c)],
  async insert(tx, _sender, records) {
    await bulkInsert(
      tx,
      'equipment_event',
      records.map(({ id, record: r }) => ({
        id,
        key: r.key,
        tool: r.tool,
        chamber: r.chamber ?? null,
        kind: r.kind,
        at: r.at,
        description: r.description,
      })),
    );
    const refs = records.map((r) => ({ id: r.id, at: Date.parse(r.record.at) }));
    await enqueueLater(tx, [
      { queue: 'control', payload: { v: 1, source: 'event', refs } },
      { queue: 'spc', payload: { v: 1, source: 'event', refs } },
    ]);
    await feed(
      tx,
      records.map(({ record: r }) => ({
        kind: 'event',
        text: `${EVENT_WORDS[r.kind]} on ${r.tool}${r.chamber === undefined ? '' : ` ${r.chamber}`}: ${r.description}`,
        detail: { tool: r.tool, chamber: r.chamber ?? null, event: r.kind },
      })),
    );
    return {};
  },
};
