import { characteristicName } from '@/lib/characteristic';
import { osaToNm, zernikeWord } from '@/lib/spatial';

const SHORT: readonly [string, string][] = [
  ['astigmatism', 'astig.'],
  ['secondary', '2nd'],
];

/** "Z(2,0)" and the everyday name on a wafer where there is one, shortened to stand beside a bar. */
export function zernikeLabel(j: number): { label: string; name: string } {
  const { n, m } = osaToNm(j);
  const name = SHORT.reduce((w, [long, short]) => w.replace(long, short), zernikeWord(n, m));
  return { label: `Z(${n},${m < 0 ? `−${-m}` : m})`, name };
}

/** The characteristic of a coefficient by its OSA/ANSI index. */
export const zernikeCharacteristic = (j: number): string => characteristicName({ source: 'zernike', ...osaToNm(j), lot: false });
