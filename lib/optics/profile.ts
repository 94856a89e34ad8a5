import { AppError } from '@/lib/errors';
import { type Complex, gaussLegendre } from '@/lib/numerics';
import type { GratingLayer } from './line-grating-model';

/** One material of a line, from bottom to top. Side-wall angles (rad) are measured inside the line: π/2 is vertical, less is wider at the bottom. */
export interface ProfileSection {
  readonly heightNm: number;
  readonly leftAngleRad: number;
  readonly rightAngleRad: number;
  readonly material: string;
}

/** The cross-section of a line. One description serves gratings, X-ray trapezoids and drawings. */
export interface LineShape {
  /** Width at `cdAt` times the height, of the walls without roundings; it is centred on x = 0 there. */
  readonly cdNm: number;
  /** Default 0.5. */
  readonly cdAt?: number;
  readonly sections: readonly ProfileSection[];
  /** Radius of the fillets that round the two top corners. Default 0. */
  readonly topRoundingNm?: number;
  /** Radius of the fillets that widen the line at its foot. Default 0. */
  readonly footingNm?: number;
}

/** A polygon of a line, from the bottom; x in nm from the centre of the CD, z from the bottom. Jumps do not occur: sections meet. */
export interface ProfileOutline {
  readonly zNm: Float64Array;
  readonly leftNm: Float64Array;
  readonly rightNm: Float64Array;
  /** Section above each point but the last. */
  readonly section: Int32Array;
}

/** A slab of a sliced line; left and right are means over its height, so that its area is kept. */
export interface ProfileSlice {
  /** Height of its lower face above the foot of the line. */
  readonly zNm: number;
  readonly thicknessNm: number;
  readonly leftNm: number;
  readonly rightNm: number;
  readonly section: number;
}

interface Wall {
  /** x at the section boundaries, bottom first. */
  readonly knots: Float64Array;
  /** Angle as seen from this side, per section. */
  readonly angles: Float64Array;
  readonly sign: 1 | -1;
}

interface Walls {
  readonly z: Float64Array;
  readonly left: Wall;
  readonly right: Wall;
  readonly top: number;
  readonly foot: number;
}

/**
 * @throws AppError `invalid_input` naming what cannot be: a height or width that is not positive, an angle outside (0, π), walls that cross, a
 * rounding or footing larger than its section or than the top.
 */
function wallsOf(shape: LineShape): Walls {
  const bad = (field: string, message: string): never => {
    throw new AppError('invalid_input', `${field}: ${message}`, { field });
  };
  const { sections } = shape;
  const top = shape.topRoundingNm ?? 0;
  const foot = shape.footingNm ?? 0;
  if (!(shape.cdNm > 0)) bad('cdNm', `${shape.cdNm} nm; give a positive width`);
  if (sections.length === 0) bad('sections', 'the line has no height; give at least one section');
  if (!(top >= 0) || !(foot >= 0)) bad(top >= 0 ? 'footingNm' : 'topRoundingNm', 'give a radius of 0 nm or more');
  const z = new Float64Array(sections.length + 1);
  for (const [i, s] of sections.entries()) {
    const inside = (a: number): boolean => a > 0 && a < Math.PI;
    if (!(s.heightNm > 0) || !inside(s.leftAngleRad) || !inside(s.rightAngleRad))
      bad(`sections[${i}]`, 'height must be positive and side-wall angles between 0 and π');
    z[i + 1] = z[i]! + s.heightNm;
  }
  const height = z[sections.length]!;
  const wall = (sign: 1 | -1): Wall => {
    const angles = Float64Array.from(sections, (s) => (sign > 0 ? s.rightAngleRad : s.leftAngleRad));
    const knots = new Float64Array(sections.length + 1);
    for (const [i, s] of sections.entries()) knots[i + 1] = knots[i]! - (sign * s.heightNm) / Math.tan(angles[i]!);
    const shift = 0.5 * sign * shape.cdNm - along(z, knots, (shape.cdAt ?? 0.5) * height);
    return { knots: knots.map((v) => v + shift), angles, sign };
  };
  const out: Walls = { z, left: wall(-1), right: wall(1), top, foot };
  for (let i = 0; i < z.length; i++)
    if (!(out.right.knots[i]! > out.left.knots[i]!))
      bad(`sections[${Math.max(0, i - 1)}]`, 'the walls cross; raise the angle or lower the height');
  const last = sections.length - 1;
  let needed = 0;
  for (const w of [out.left, out.right]) {
    needed += top * Math.tan(0.5 * w.angles[last]!);
    const own = top * (1 - Math.cos(w.angles[last]!)) + (last === 0 ? foot * (1 - Math.cos(w.angles[0]!)) : 0);
    if (own > sections[last]!.heightNm) bad('topRoundingNm', `${top} nm does not fit into the top section; make it smaller`);
    if (foot * (1 - Math.cos(w.angles[0]!)) > sections[0]!.heightNm)
      bad('footingNm', `${foot} nm does not fit into the bottom section`);
  }
  if (needed > out.right.knots[last + 1]! - out.left.knots[last + 1]!)
    bad('topRoundingNm', `${top} nm is wider than the top of the line`);
  return out;
}

function along(z: Float64Array, knots: Float64Array, at: number): number {
  let i = 0;
  while (i + 2 < z.length && at > z[i + 1]!) i++;
  return knots[i]! + ((knots[i + 1]! - knots[i]!) * (at - z[i]!)) / (z[i + 1]! - z[i]!);
}

// x of a wall at height z: a straight wall, a circle tangent to it and the top plane, or one tangent to it and the ground.
function wallAt(w: Walls, wall: Wall, z: number): number {
  const last = wall.angles.length - 1;
  const height = w.z[last + 1]!;
  const a = wall.angles[last]!;
  if (w.top > 0 && z > height - w.top * (1 - Math.cos(a))) {
    const u = z - height + w.top;
    return wall.knots[last + 1]! + wall.sign * (Math.sqrt(Math.max(0, w.top * w.top - u * u)) - w.top * Math.tan(0.5 * a));
  }
  const b = wall.angles[0]!;
  if (w.foot > 0 && z < w.foot * (1 - Math.cos(b))) {
    const u = z - w.foot;
    return wall.knots[0]! + wall.sign * (w.foot * Math.tan(0.5 * b) - Math.sqrt(Math.max(0, w.foot * w.foot - u * u)));
  }
  return along(w.z, wall.knots, z);
}

// Heights where a wall changes its law, with the number of points that its arc asks for in between.
function landmarks(w: Walls): number[] {
  const last = w.left.angles.length - 1;
  const height = w.z[last + 1]!;
  const out = [...w.z];
  for (const wall of [w.left, w.right]) {
    if (w.top > 0) out.push(height - w.top * (1 - Math.cos(wall.angles[last]!)));
    if (w.foot > 0) out.push(w.foot * (1 - Math.cos(wall.angles[0]!)));
  }
  return [...new Set(out)].sort((a, b) => a - b).filter((v, i, all) => i === 0 || v - all[i - 1]! > 1e-9 * height);
}

/**
 * The outline as a polygon, for drawings and for X-ray trapezoids.
 * @param arcPoints - points on each arc; straight walls need only their ends. Default 12.
 * @returns the outline from the bottom, nm.
 * @throws AppError as {@link sliceShape}.
 */
export function outlineOf(shape: LineShape, arcPoints = 12): ProfileOutline {
  const w = wallsOf(shape);
  const marks = landmarks(w);
  const last = w.left.angles.length - 1;
  const height = w.z[last + 1]!;
  const z: number[] = [0];
  for (let i = 0; i + 1 < marks.length; i++) {
    const [a, b] = [marks[i]!, marks[i + 1]!];
    const middle = 0.5 * (a + b);
    const reach = (angle: number, radius: number): number => radius * (1 - Math.cos(angle));
    const inTop = [w.left, w.right].some((v) => middle > height - reach(v.angles[last]!, w.top));
    const inFoot = [w.left, w.right].some((v) => middle < reach(v.angles[0]!, w.foot));
    const n = inTop || inFoot ? arcPoints : 1;
    // crowded where the arc runs flat: towards the top plane or towards the ground
    for (let k = 1; k <= n; k++) {
      const t = k / n;
      const s = inTop ? Math.sin(0.5 * Math.PI * t) : inFoot ? 1 - Math.cos(0.5 * Math.PI * t) : t;
      z.push(k === n ? b : a + (b - a) * s);
    }
  }
  return {
    zNm: Float64Array.from(z),
    leftNm: Float64Array.from(z, (v) => wallAt(w, w.left, v)),
    rightNm: Float64Array.from(z, (v) => wallAt(w, w.right, v)),
    section: Int32Array.from(z, (v) =>
      Math.max(
        0,
        Math.min(
          last,
          w.z.findLastIndex((b) => b <= v),
        ),
      ),
    ),
  };
}

/**
 * Cut a line into slabs of its mean width, `count` in all, shared out between the sections by height (at least one each). The optical error falls like
 * 1/count²: `chooseSliceCount` finds the count.
 * @param count - slabs, at least one a section.
 * @returns slices from the bottom.
 * @throws AppError `invalid_input` naming the part of the shape that cannot be, or a count below the number of sections.
 * @reference staircase of sloped walls: Popov et al., J. Opt. Soc. Am. A 19 (2002) 33.
 */
export function sliceShape(shape: LineShape, count: number): ProfileSlice[] {
  const w = wallsOf(shape);
  const sections = shape.sections;
  if (!Number.isInteger(count) || count < sections.length)
    throw new AppError('invalid_input', `count is ${count}; give an integer of at least ${sections.length}`, { field: 'count' });
  const height = w.z[sections.length]!;
  const rule = gaussLegendre(12);
  const cuts = landmarks(w);
  const mean = (wall: Wall, a: number, b: number): number => {
    // panels end where the wall changes its law
    const points = [a, ...cuts.filter((c) => c > a && c < b), b];
    let s = 0;
    for (let i = 0; i + 1 < points.length; i++) {
      const half = 0.5 * (points[i + 1]! - points[i]!);
      const centre = 0.5 * (points[i + 1]! + points[i]!);
      for (let k = 0; k < rule.nodes.length; k++) s += half * rule.weights[k]! * wallAt(w, wall, centre + half * rule.nodes[k]!);
    }
    return s / (b - a);
  };
  const spare = count - sections.length;
  let used = 0;
  return sections.flatMap((section, j) => {
    const upTo = Math.round((spare * w.z[j + 1]!) / height);
    const n = 1 + upTo - used;
    used = upTo;
    return Array.from({ length: n }, (_, k) => {
      const a = w.z[j]! + (section.heightNm * k) / n;
      const b = w.z[j]! + (section.heightNm * (k + 1)) / n;
      return { zNm: a, thicknessNm: section.heightNm / n, leftNm: mean(w.left, a, b), rightNm: mean(w.right, a, b), section: j };
    });
  });
}

/**
 * Layers of a grating, from top to bottom, of a sliced line.
 * @param count - number of slices.
 * @param indexOf - ñ of a material at the wavelength in hand.
 * @param space - ñ between the lines.
 * @param centreXNm - where the line stands in the period, nm.
 * @throws AppError as {@link sliceShape}.
 */
export function layersOf(
  shape: LineShape,
  count: number,
  indexOf: (material: string) => Complex,
  space: Complex,
  centreXNm = 0,
): GratingLayer[] {
  return sliceShape(shape, count)
    .toReversed()
    .map((s) => ({
      thicknessNm: s.thicknessNm,
      background: space,
      segments: [
        { x0Nm: centreXNm + s.leftNm, x1Nm: centreXNm + s.rightNm, index: indexOf(shape.sections[s.section]!.material) },
      ],
    }));
}
