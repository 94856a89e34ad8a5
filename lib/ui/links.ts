/** Addresses of the records behind computed values. */

/** One point a lot, made of several records. */
export const isLotLevel = (characteristic: string): boolean => characteristic.split('.')[1] === 'lot';

/** The page of the record that a charted value came from; null where a value is made of several records (a lot mean). */
export function recordHref(characteristic: string, recordId: string): string | null {
  if (isLotLevel(characteristic)) return null;
  if (characteristic.startsWith('measurement.') || characteristic.startsWith('zernike.')) return `/wafers/${recordId}`;
  if (characteristic.startsWith('overlay.')) return `/overlay/${recordId}`;
  if (characteristic.startsWith('vm.')) return `/runs/${recordId}`;
  return null;
}

/** "A1043.07": lot and slot; a slot of 0 stands for the whole lot. */
export const waferName = (lot: string, slot: number | null): string => (slot ? `${lot}.${String(slot).padStart(2, '0')}` : lot);
