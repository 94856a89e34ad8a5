import { type LineShape, outlineOf } from '@/lib/optics';
import type { LineProfile } from './cd-saxs';

/**
 * Trapezoids of a line shape: the same outline that gratings and drawings use, with arcs as short trapezoids.
 * The X-ray origin is the middle of the bottom edge, so that amplitudes differ from those of the shape's own origin by a phase.
 * @param contrastOf - of a material. @param arcPoints - trapezoids per arc. @throws as `outlineOf`.
 */
export function lineProfileOf(shape: LineShape, contrastOf: (material: string) => number, arcPoints = 12): LineProfile {
  const o = outlineOf(shape, arcPoints);
  const trapezoids = [];
  for (let i = 0; i + 1 < o.zNm.length; i++) {
    const h = o.zNm[i + 1]! - o.zNm[i]!;
    trapezoids.push({
      heightNm: h,
      leftAngleRad: Math.atan2(h, o.leftNm[i + 1]! - o.leftNm[i]!),
      rightAngleRad: Math.atan2(h, o.rightNm[i]! - o.rightNm[i + 1]!),
      contrast: contrastOf(shape.sections[o.section[i]!]!.material),
    });
  }
  return { bottomCdNm: o.rightNm[0]! - o.leftNm[0]!, trapezoids };
}
