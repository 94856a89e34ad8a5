import { type Door, lotRecord } from './door';
import { measurementOf, runOf } from './wafers';
import { doAllWork } from './work';

const HOUR = 3_600_000;
const NOISE = [0.6, -0.4, 0.9, -0.8, 0.2, -1.1, 0.7, 0.4, -0.5, -0.2, 1.2, -0.9, 0.3, 0.1, -0.3, 0.5, -0.7, 0.8, -0.1, 0];

/** A lot with the mean thickness of each of its wafers, nm, coated ten minutes apart. */
export interface CoatedLot {
  readonly at: number;
  readonly means: readonly number[];
  readonly product?: string;
  /** To bring more wafers of a lot that is there already: its name and the number of its first new wafer. */
  readonly more?: { readonly lot: string; readonly slot: number };
}

/** Twenty lots of three wafers about 100 nm, four hours apart: the baseline of every chart of the step. */
export const baseline = (from: number): CoatedLot[] =>
  NOISE.map((e, i) => ({ at: from + i * 4 * HOUR, means: [100 + e, 100 - NOISE[(i + 7) % 20]!, 100 + NOISE[(i + 3) % 20]!] }));

/** Sends lots with their runs and measurements through the doors and does the work that follows. Returns their names. */
export function coater(door: Door): (list: readonly CoatedLot[]) => Promise<string[]> {
  let serial = 0;
  const post = async (path: string, records: readonly object[]): Promise<void> => {
    const answer = await door.post(path, records);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  return async (list) => {
    const made = list.map((l) => ({ product: 'KITE-45', ...l, lot: l.more?.lot ?? `Q${++serial}`, first: l.more?.slot ?? 1 }));
    const wafers = made.flatMap(({ lot, first, at, means, product }) =>
      means.map((mean, i) => ({
        wafer: { key: `${lot}-${first + i}`, lot, slot: first + i, at: at + i * 600_000 },
        mean,
        over: { product },
      })),
    );
    const fresh = made.filter((l) => l.more === undefined);
    if (fresh.length > 0)
      await post(
        'lots',
        fresh.map((l) => lotRecord(l.lot, { product: l.product, startedAt: new Date(l.at).toISOString() })),
      );
    await post(
      'runs',
      wafers.map(({ wafer, over }) => runOf(wafer, over)),
    );
    await post(
      'measurements',
      wafers.map(({ wafer, mean, over }) => measurementOf(wafer, mean, over)),
    );
    await doAllWork();
    return made.map((l) => l.lot);
  };
}
