import { niceTicks, tickDecimals } from '../charts/ticks';
import { type Drawing, escapeXml } from '../export-frame';
import { num } from '../format';
import type { Palette } from '../tokens';
import { ABOVE, BELOW, type ColourScale, lut } from './colour-scale';

export const BAR_HEIGHT = 44;
/** Width of the out-of-range colour on either side, px. */
export const BAR_SIDE = 14;

export interface ScaleBarModel {
  /** Width of the coloured part, px; it begins at `BAR_SIDE`. */
  barWidth: number;
  stops: { offset: number; colour: string }[];
  ticks: { x: number; label: string }[];
  decimals: number;
  /** Specification limits and centre inside the range. */
  limits: { side: 'lower' | 'upper'; x: number; label: string }[];
  centre: number | null;
}

/** A colour bar, decided before it is drawn: the same on screen and in a picture. */
export function prepareScaleBar(scale: ColourScale, width: number): ScaleBarModel {
  const table = lut(scale.map);
  const barWidth = width - 2 * BAR_SIDE;
  const at = (v: number): number => BAR_SIDE + ((v - scale.min) / (scale.max - scale.min || 1)) * barWidth;
  const inside = (v: number | null | undefined): v is number => v !== null && v !== undefined && v >= scale.min && v <= scale.max;
  const values = niceTicks(scale.min, scale.max, 4);
  const decimals = tickDecimals(values);
  return {
    barWidth,
    stops: Array.from({ length: 17 }, (_, i) => {
      const k = Math.round((i / 16) * 255) * 3;
      return { offset: i / 16, colour: `rgb(${table[k]},${table[k + 1]},${table[k + 2]})` };
    }),
    ticks: values.map((t) => ({ x: at(t), label: num(t, decimals) })),
    decimals,
    limits: (['lower', 'upper'] as const).flatMap((side) => {
      const v = scale.limits?.[side];
      return inside(v) ? [{ side, x: at(v), label: `${side === 'lower' ? 'LSL' : 'USL'} ${v}` }] : [];
    }),
    centre: inside(scale.centre) ? at(scale.centre) : null,
  };
}

/** The bar for a picture. */
export function scaleBarDrawing(scale: ColourScale, unit: string, width: number, palette: Palette): Drawing {
  const m = prepareScaleBar(scale, width);
  const right = BAR_SIDE + m.barWidth;
  const svg = `<defs><linearGradient id="colour-bar">${m.stops.map((s) => `<stop offset="${s.offset}" stop-color="${s.colour}"/>`).join('')}</linearGradient></defs>
<path d="M${BAR_SIDE - 2} 12V24L2 18Z" fill="${BELOW}"/><path d="M${right + 2} 12V24L${width - 2} 18Z" fill="${ABOVE}"/>
<rect x="${BAR_SIDE}" y="12" width="${m.barWidth}" height="12" fill="url(#colour-bar)"/>
${m.ticks.map((t) => `<path d="M${t.x} 24V28" stroke="${palette.hairlineStrong}"/><text x="${t.x}" y="38" font-size="11" text-anchor="middle" fill="${palette.ink2}">${t.label}</text>`).join('')}
${m.limits.map((l) => `<path d="M${l.x} 12l-4 -7h8Z" fill="${palette.out}"/>`).join('')}${m.centre === null ? '' : `<path d="M${m.centre} 12l-3 -5h6Z" fill="${palette.ink2}"/>`}
<text x="${width - 2}" y="9" font-size="11" text-anchor="end" fill="${palette.ink2}">${escapeXml(unit)}</text>`;
  return { svg, width, height: BAR_HEIGHT };
}
