/** OSA/ANSI single index j to (n, m): j = (n(n+2)+m)/2 (ANSI Z80.28). */
export function osaToNm(j: number): { n: number; m: number } {
  const n = Math.ceil((-3 + Math.sqrt(9 + 8 * j)) / 2);
  return { n, m: 2 * j - n * (n + 2) };
}

const NAMES: Readonly<Record<string, string>> = {
  '0,0': 'piston',
  '1,-1': 'tilt y',
  '1,1': 'tilt x',
  '2,-2': 'astig. 45°',
  '2,0': 'bowl',
  '2,2': 'astig. 0°',
  '3,-3': 'trefoil y',
  '3,-1': 'coma y',
  '3,1': 'coma x',
  '3,3': 'trefoil x',
  '4,-4': 'quadrafoil 22°',
  '4,-2': '2nd astig. 45°',
  '4,0': 'ring',
  '4,2': '2nd astig. 0°',
  '4,4': 'quadrafoil',
  '6,0': 'edge ring',
};

/** "Z(2,0)" and the everyday name on a wafer where there is one. */
export function zernikeLabel(j: number): { label: string; name: string } {
  const { n, m } = osaToNm(j);
  return { label: `Z(${n},${m < 0 ? `−${-m}` : m})`, name: NAMES[`${n},${m}`] ?? '' };
}
