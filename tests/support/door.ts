import { closePool, prisma } from '@/lib/db';
import type { LotRecord, MeasurementRecord, OverlayMeasurementRecord, RunRecord } from '@/lib/formats/wire';
import { closeQueues } from '@/lib/queue/broker';
import type { BatchResult } from '@/lib/services/ingest';
import type { KeyScope } from '@/lib/services/settings/api-keys';
import { startSimulatedFab } from '@/lib/services/simulation/start-fab';
import { asMachine } from '@/lib/services/verb';
import { apiServer } from './api-server';
import { keyFor } from './as';
import { testDatabase, testQueuePrefix } from './index';

export interface DoorAnswer<B = BatchResult & { code?: string; detail?: string; details?: Record<string, unknown> }> {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: B;
}

const ALL_SCOPES: readonly KeyScope[] = ['ingest', 'advice', 'fab', 'truth', 'compute'];

/** A database with the simulated fab, and its doors behind HTTP for a key with these scopes. */
export async function openDoor(scopes = ALL_SCOPES) {
  const database = await testDatabase();
  testQueuePrefix();
  await startSimulatedFab(asMachine('test'), 1);
  const key = await keyFor('fab', ...scopes);
  const api = await apiServer();
  const send = async (
    path: string,
    body: string | Buffer | ReadableStream,
    headers: Record<string, string> = {},
    method = 'POST',
  ): Promise<DoorAnswer> => {
    const res = await fetch(`${api.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: body as BodyInit,
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    } as RequestInit);
    return { status: res.status, retryAfter: res.headers.get('retry-after'), body: (await res.json()) as DoorAnswer['body'] };
  };
  return {
    url: api.url,
    key,
    database,
    send,
    /** Sends a value as JSON; `B` is what this door answers, where it is no batch. */
    post: async <B = DoorAnswer['body']>(path: string, value: unknown) =>
      (await send(path, JSON.stringify(value))) as DoorAnswer<unknown> as DoorAnswer<B>,
    lot: (name: string) => send('lots', JSON.stringify(lotRecord(name))),
    async close() {
      await api.close();
      await closeQueues();
      await prisma().$disconnect();
      await closePool();
      await database.drop();
    },
  };
}

export type Door = Awaited<ReturnType<typeof openDoor>>;

export const lotRecord = (lot: string, over: Partial<LotRecord> = {}): LotRecord => ({
  key: lot,
  lot,
  product: 'KITE-45',
  route: 'BEOL-1',
  wafers: 25,
  startedAt: '2026-09-01T00:00:00Z',
  ...over,
});

const wafer = (lot: string, slot: number) => ({ lot, wafer: slot, product: 'KITE-45' });

export const runRecord = (lot: string, slot: number, over: Partial<RunRecord> = {}): RunRecord => ({
  ...wafer(lot, slot),
  key: `${lot}-r-${slot}`,
  tool: 'CVD-01',
  chamber: 'A',
  layer: 'ILD1',
  operation: 'CVD-OXIDE',
  recipe: { name: 'CVD-OXIDE.KITE-45', version: 1 },
  startedAt: `2026-09-01T01:${String(slot).padStart(2, '0')}:00Z`,
  endedAt: `2026-09-01T01:${String(slot).padStart(2, '0')}:30Z`,
  setpoints: { deposition_time: 60 },
  ...over,
});

const RING = Array.from({ length: 24 }, (_, i) => ({
  x: Math.round(140 * Math.cos((i * Math.PI) / 12) * (i % 2 === 0 ? 1 : 0.6)),
  y: Math.round(140 * Math.sin((i * Math.PI) / 12) * (i % 2 === 0 ? 1 : 0.6)),
}));
const SITES = [{ x: 0, y: 0 }, ...RING];

/** A wafer measured at 25 sites, a little tilted. */
export const measurementRecord = (lot: string, slot: number, over: Partial<MeasurementRecord> = {}): MeasurementRecord => ({
  ...wafer(lot, slot),
  key: `${lot}-m-${slot}`,
  station: 'ELL-01',
  layer: 'ILD1',
  operation: 'CVD-OXIDE',
  parameter: 'oxide_thickness',
  unit: 'nm',
  plan: 'P25',
  measuredAt: `2026-09-01T03:${String(slot).padStart(2, '0')}:00Z`,
  x: SITES.map((s) => s.x),
  y: SITES.map((s) => s.y),
  value: SITES.map((s) => 120 + slot / 100 + s.x / 300 - s.y / 500),
  ...over,
});

/** Nine marks in each of four fields. */
export const overlayRecord = (
  lot: string,
  slot: number,
  over: Partial<OverlayMeasurementRecord> = {},
): OverlayMeasurementRecord => {
  const marks = [0, 1, 2, 3].flatMap((f) =>
    [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => ({ column: f % 2, row: f >> 1, fx: 10 * i, fy: 12 * j }))),
  );
  const x = marks.map((m) => 26 * m.column + m.fx);
  const y = marks.map((m) => 33 * m.row + m.fy);
  return {
    ...wafer(lot, slot),
    key: `${lot}-o-${slot}`,
    station: 'OVL-01',
    layer: 'M1',
    referenceLayer: 'GATE',
    operation: 'LITHO-M1',
    plan: 'OVL36',
    measuredAt: `2026-09-01T03:${String(slot).padStart(2, '0')}:00Z`,
    column: marks.map((m) => m.column),
    row: marks.map((m) => m.row),
    fx: marks.map((m) => m.fx),
    fy: marks.map((m) => m.fy),
    x,
    y,
    dx: x.map((v, i) => 1 + 0.01 * v + 0.003 * (i % 5)),
    dy: y.map((v, i) => -1 + 0.02 * v + 0.003 * (i % 7)),
    ...over,
  };
};
