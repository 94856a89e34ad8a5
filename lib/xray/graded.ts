import { AppError } from '@/lib/errors';
import { normalCdf } from '@/lib/numerics';
import type { SldSlab } from './reflectivity';

/** A layer whose density changes with depth: values at the top and the bottom and the way between them. */
export interface GradedLayer {
  readonly thicknessA: number;
  /** 1e-6/Å²; so are the three that follow. */
  readonly sldTop: number;
  readonly sldBottom: number;
  /** 1e-6/Å²; positive absorbs. */
  readonly isldTop: number;
  readonly isldBottom: number;
  readonly roughnessTopA: number;
  /** Share of the change done at a share of the depth, 0 → 0 and 1 → 1. Default linear. */
  readonly shape?: (depth: number) => number;
}

/**
 * A graded layer as sharp slabs of its mid-slab density; the upper interface keeps its roughness. A roughness beyond the slab thickness is no longer local to
 * its interface: take {@link effectiveDensitySlabs} then.
 * @param count - slabs; their thickness should stay below π/(3 q_max), where a staircase is no longer seen: error O(thickness²).
 * @returns slabs from the top, Å and 1e-6/Å².
 * @throws AppError `invalid_input` for a thickness that is not positive or a count below 1.
 */
export function gradedSlabs(layer: GradedLayer, count: number): SldSlab[] {
  if (!(layer.thicknessA > 0))
    throw new AppError('invalid_input', `thicknessA is ${layer.thicknessA}; give a positive thickness`, { field: 'thicknessA' });
  if (!Number.isInteger(count) || count < 1)
    throw new AppError('invalid_input', `count is ${count}; give an integer of 1 or more`, { field: 'count' });
  const shape = layer.shape ?? ((t: number): number => t);
  return Array.from({ length: count }, (_, k) => {
    const s = shape((k + 0.5) / count);
    return {
      thicknessA: layer.thicknessA / count,
      sld: layer.sldTop + (layer.sldBottom - layer.sldTop) * s,
      isld: layer.isldTop + (layer.isldBottom - layer.isldTop) * s,
      roughnessTopA: k === 0 ? layer.roughnessTopA : 0,
    };
  });
}

/**
 * The density profile that rough slabs describe, as sharp slabs of equal thickness: every interface becomes an error function of its roughness and all of
 * them add. Needed where roughness reaches the thickness of a slab and Névot–Croce factors, which treat interfaces one by one, no longer hold.
 * @param slabs - fronting to backing, as for `reflectivityFromSld`. @param stepA - thickness of the micro-slabs, Å.
 * @returns slabs without roughness; the profile reaches 4 σ beyond the outer interfaces, so that phases (not R) are shifted.
 * @throws AppError `invalid_input` for fewer than two slabs or a step that is not positive.
 * @reference Tolan, X-Ray Scattering from Soft-Matter Thin Films (1999), §2.4 (effective density model).
 */
export function effectiveDensitySlabs(slabs: readonly SldSlab[], stepA: number): SldSlab[] {
  if (slabs.length < 2)
    throw new AppError('invalid_input', `${slabs.length} slabs; give a fronting and a backing medium at least`, {
      field: 'slabs',
    });
  if (!(stepA > 0)) throw new AppError('invalid_input', `stepA is ${stepA}; give a positive step`, { field: 'stepA' });
  const interfaces: { z: number; sigma: number; sld: number; isld: number }[] = [];
  let z = 0;
  for (let j = 1; j < slabs.length; j++) {
    const [a, b] = [slabs[j - 1]!, slabs[j]!];
    if (j > 1) z += a.thicknessA;
    interfaces.push({ z, sigma: b.roughnessTopA, sld: b.sld - a.sld, isld: b.isld - a.isld });
  }
  const from = Math.min(...interfaces.map((i) => i.z - 4 * i.sigma));
  const to = Math.max(...interfaces.map((i) => i.z + 4 * i.sigma));
  const count = Math.max(1, Math.ceil((to - from) / stepA));
  const d = (to - from) / count;
  const front = { ...slabs[0]!, roughnessTopA: 0 };
  const inner = Array.from({ length: to > from ? count : 0 }, (_, k): SldSlab => {
    const at = from + (k + 0.5) * d;
    let { sld, isld } = front;
    for (const i of interfaces) {
      const share = i.sigma > 0 ? normalCdf((at - i.z) / i.sigma) : at > i.z ? 1 : 0;
      sld += i.sld * share;
      isld += i.isld * share;
    }
    return { thicknessA: d, sld, isld, roughnessTopA: 0 };
  });
  return [front, ...inner, { ...slabs[slabs.length - 1]!, roughnessTopA: 0 }];
}
