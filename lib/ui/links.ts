/** Addresses of the records behind computed values. */
import { type CharacteristicSource, parseCharacteristic } from '@/lib/characteristic';

/** null: such a record has no page of its own. */
const PAGES: Readonly<Record<CharacteristicSource, string | null>> = {
  measurement: '/wafers',
  zone: '/wafers',
  zernike: '/wafers',
  fit: '/wafers',
  overlay: '/overlay',
  vm: '/runs',
  trace: '/runs',
  count: null,
  event: null,
  joint: '/runs',
};

/** The page of the record that a charted value came from; null where a value comes from several records (a lot mean). */
export function recordHref(characteristic: string, recordId: string): string | null {
  const c = parseCharacteristic(characteristic);
  const page = c === undefined || c.lot ? null : PAGES[c.source];
  return page === null ? null : `${page}/${recordId}`;
}

/** "A1043.07": lot and slot; slot 0 stands for the whole lot. */
export const waferName = (lot: string, slot: number | null): string => (slot ? `${lot}.${String(slot).padStart(2, '0')}` : lot);
