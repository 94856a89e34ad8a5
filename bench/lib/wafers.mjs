/** Wafers of the seeded fab that CVD-01 coats and ELL-01 measures, as its tools would send them. */
const HOUR = 3_600_000;
const iso = (ms) => new Date(ms).toISOString();
const common = { product: 'KITE-45', layer: 'ILD1', operation: 'CVD-OXIDE' };
const sites = { plan: 'P5', x: [0, 100, -100, 0, 0], y: [0, 0, 0, 100, -100] };

/** Run and measurement of one wafer: coated at `at`, in one of three chambers, with this mean thickness. */
export const wafer = ({ key, lot, slot, at, chamber, mean }) => ({
  run: {
    ...common,
    key: `${key}-r`,
    tool: 'CVD-01',
    chamber,
    lot,
    wafer: slot,
    recipe: { name: 'CVD-OXIDE.KITE-45', version: 1 },
    startedAt: iso(at),
    endedAt: iso(at + 1000),
    setpoints: { deposition_time: 60 },
  },
  measurement: {
    ...common,
    ...sites,
    key: `${key}-m`,
    runKey: `${key}-r`,
    station: 'ELL-01',
    lot,
    wafer: slot,
    parameter: 'oxide_thickness',
    unit: 'nm',
    measuredAt: iso(at + 2000),
    value: [mean, mean + 1, mean - 1, mean + 0.5, mean - 0.5],
  },
});

/** Sends records; resolves at the answer, which must take them all. */
export async function send(api, kind, records) {
  const answer = await fetch(`${api.url}/api/v1/${kind}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/x-ndjson' },
    body: records.map((r) => JSON.stringify(r)).join('\n'),
  });
  const result = await answer.json();
  if (result.accepted !== records.length) throw new Error(`${kind}: ${answer.status} ${JSON.stringify(result).slice(0, 400)}`);
}

export const CHAMBERS = ['A', 'B', 'C'];

/** Enough earlier wafers that the charts of the step have limits: thirty a chamber, half an hour apart, until twelve hours ago. */
export function baseline(run, now) {
  const list = [];
  for (let i = 0; i < 30; i++)
    for (const [k, chamber] of CHAMBERS.entries())
      list.push(
        wafer({
          key: `${run}-b${i}${chamber}`,
          lot: `B${(i * 3 + k) % 400}`,
          slot: 1 + (i % 25),
          at: now - 30 * HOUR + i * HOUR * 0.6 + k * 60_000,
          chamber,
          mean: 120 + Math.sin(12.9898 * (i + 31 * k)) * 1.5,
        }),
      );
  // Eight hours on, one more settles the baseline.
  for (const chamber of CHAMBERS)
    list.push(wafer({ key: `${run}-s${chamber}`, lot: 'B399', slot: 1, at: now - 2 * HOUR, chamber, mean: 120 }));
  return list;
}
