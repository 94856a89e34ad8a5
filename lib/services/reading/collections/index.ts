import type { Collection } from '../collection';
import { alerts, incidents, moves } from './actions';
import { charts, points } from './charts';
import { maps, measurements, overlayTerms, predictions } from './metrology';
import { events, runs, traces } from './process';

/** What other systems may read, by its name in an address. */
export const COLLECTIONS: ReadonlyMap<string, Collection> = new Map(
  [charts, points, alerts, incidents, measurements, maps, overlayTerms, predictions, moves, runs, traces, events].map((c) => [
    c.name,
    c,
  ]),
);
