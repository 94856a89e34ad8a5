import { type Drawing, escapeXml } from '../export-frame';
import { num } from '../format';
import type { Palette } from '../tokens';
import { cssOf } from './colour-scale';
import { MISSING_RADIUS, siteRadius, type WaferGeometry, waferOutline } from './wafer-draw';
import type { WaferMapModel } from './wafer-map.prepare';

/** The map for a picture: sites or dies as vectors, the contour as an embedded image (`contourUrl`). */
export function waferMapDrawing(m: WaferMapModel, g: WaferGeometry, palette: Palette, contourUrl: string | null): Drawing {
  const parts: string[] = [];
  const hatchId = 'missing';
  if (contourUrl) {
    const r = m.input.radiusMm * g.k;
    parts.push(
      `<image href="${contourUrl}" x="${g.size / 2 - r}" y="${g.size / 2 - r}" width="${2 * r}" height="${2 * r}" clip-path="url(#wafer)"/>`,
    );
  }
  if (m.input.die)
    for (const d of m.dies) {
      const w = m.input.die.widthMm * g.k;
      const h = m.input.die.heightMm * g.k;
      parts.push(
        `<rect x="${(g.px(d.x) - w / 2).toFixed(2)}" y="${(g.py(d.y) - h / 2).toFixed(2)}" width="${w.toFixed(2)}" height="${h.toFixed(2)}" fill="${cssOf(m.scale, d.value) ?? `url(#${hatchId})`}" opacity="${d.isWhole ? 1 : 0.4}" clip-path="url(#wafer)"><title>die ${d.col}, ${d.row}: ${num(d.value, m.decimals)} ${escapeXml(m.input.unit)}</title></rect>`,
      );
    }
  const r = m.kind === 'site' ? siteRadius(m.input.value.length, g) : 2;
  for (let i = 0; i < m.input.value.length; i++) {
    const v = m.input.value[i]!;
    parts.push(
      `<circle cx="${g.px(m.input.x[i]!).toFixed(2)}" cy="${g.py(m.input.y[i]!).toFixed(2)}" r="${(Number.isNaN(v) ? Math.max(r, MISSING_RADIUS) : r).toFixed(2)}" fill="${cssOf(m.scale, v) ?? `url(#${hatchId})`}" stroke="${palette.hairlineStrong}" stroke-width="0.75"><title>${num(m.input.x[i]!, 1)}, ${num(m.input.y[i]!, 1)} mm: ${num(v, m.decimals)} ${escapeXml(m.input.unit)}</title></circle>`,
    );
  }
  const outline = waferOutline(g, m.input.radiusMm);
  return {
    svg: `<defs><clipPath id="wafer"><path d="${outline}"/></clipPath><pattern id="${hatchId}" width="5" height="5" patternUnits="userSpaceOnUse"><path d="M-1 6L6 -1" stroke="${palette.hatch}"/></pattern></defs>
<path d="${outline}" fill="${palette.sunken}"/>
${parts.join('\n')}
<path d="${outline}" fill="none" stroke="${palette.hairlineStrong}"/>`,
    width: g.size,
    height: g.size,
  };
}

/** What is printed above the map: its range, its limits, what is out of range or missing. */
export function waferMapNotes(m: WaferMapModel): string[] {
  const { unit } = m.input;
  const { lower, upper } = m.scale.limits ?? { lower: null, upper: null };
  const limit = (name: string, v: number | null): string[] => (v === null ? [] : [`${name} ${num(v, m.decimals)} ${unit}`]);
  const limits = [...limit('LSL', lower), ...limit('USL', upper)];
  return [
    m.summary,
    `colours from ${num(m.scale.min, m.decimals)} to ${num(m.scale.max, m.decimals)} ${unit} (${m.scale.map})${limits.length > 0 ? `; ${limits.join(', ')}` : ''}`,
    ...(m.note === '' ? [] : [m.note]),
    ...(m.outside.below + m.outside.above > 0 ? [`${m.outside.below} below the range, ${m.outside.above} above`] : []),
  ];
}
