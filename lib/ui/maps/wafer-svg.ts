import { num } from '../format';
import type { Palette } from '../tokens';
import { cssOf } from './colour-scale';
import { MISSING_RADIUS, siteRadius, type WaferGeometry, waferOutline } from './wafer-draw';
import type { WaferMapModel } from './wafer-map.prepare';

const escapeXml = (s: string): string =>
  s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The map as standalone SVG: sites or dies as vectors, the contour as an embedded picture (`contourUrl`), title and range printed. */
export function waferMapSvg(
  m: WaferMapModel,
  g: WaferGeometry,
  palette: Palette,
  title: string,
  contourUrl: string | null,
): string {
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
  const range = `${num(m.scale.min, m.decimals)} to ${num(m.scale.max, m.decimals)} ${m.input.unit}, ${m.scale.map}`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${g.size}" height="${g.size + 40}" viewBox="0 0 ${g.size} ${g.size + 40}" font-family="system-ui, sans-serif" font-size="11">
<defs><clipPath id="wafer"><path d="${outline}"/></clipPath><pattern id="${hatchId}" width="5" height="5" patternUnits="userSpaceOnUse"><path d="M-1 6L6 -1" stroke="${palette.hatch}"/></pattern></defs>
<rect width="100%" height="100%" fill="${palette.surface}"/><path d="${outline}" fill="${palette.sunken}"/>
${parts.join('\n')}
<path d="${outline}" fill="none" stroke="${palette.hairlineStrong}"/>
<text x="4" y="${g.size + 14}" fill="${palette.ink}">${escapeXml(title)}</text><text x="4" y="${g.size + 30}" fill="${palette.ink2}">${escapeXml(range)}</text>
</svg>`;
}
