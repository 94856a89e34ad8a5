import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { INGEST_KINDS, ingestBatch } from '@/lib/services/ingest';
import { type CsvMapping, previewCsv } from '@/lib/services/ingest/upload';
import { asMachine } from '@/lib/services/verb';
import { as } from './as';
import { testDatabase } from './index';

/** Now, for what is uploaded, and who uploads it. */
export const NOW = Date.parse('2026-12-10T00:00:00Z');
export const WHO = 'vera@fab.example';

/** A database with the simulated fab and the lot CSV-1 of 25 wafers, of which files are uploaded. */
export async function uploadDatabase() {
  const database = await testDatabase();
  await registerFab(asMachine('test'), simulatedFab(1));
  async function* lots() {
    const lot = {
      key: 'CSV-1',
      lot: 'CSV-1',
      product: 'KITE-45',
      route: 'BEOL-1',
      wafers: 25,
      startedAt: '2026-11-01T00:00:00Z',
    };
    yield { value: lot, bytes: 100 };
  }
  const { accepted } = await ingestBatch(INGEST_KINDS.lots, 'test', lots(), 'atomic', NOW);
  if (accepted !== 1) throw new Error('the lot was not registered');
  return database;
}

/** Columns of a file, and one row of it: a site of a wafer of CSV-1. */
export const HEAD = 'Value;Operator;Time;Slot;Lot;Y;X;Operation;Station;Parameter;Unit';
export const row = (value: string, time: string, slot: number, x: number) =>
  `${value};Ana;${time};${slot};CSV-1;0;${x};CVD-OXIDE;ELL-01;oxide_thickness;nm`;
export const file = (text: string, headerLine: number | null = null) => ({
  name: 'wafers.csv',
  bytes: new TextEncoder().encode(text),
  headerLine,
});
export const preview = (f: ReturnType<typeof file>, mapping: CsvMapping | null) =>
  previewCsv(as(WHO, { now: NOW }), { ...f, mapping });

/** What a refused promise says. */
export async function refusal(what: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await what;
  } catch (e) {
    return e as { code: string; message: string };
  }
  throw new Error('was not refused');
}
