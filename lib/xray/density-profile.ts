import { effectiveDensitySlabs } from './graded';
import type { SldSlab } from './reflectivity';

/** Density over depth below the uppermost interface. */
export interface DensityProfile {
  /** Å, ascending; above 0 lies the fronting. */
  readonly depthA: readonly number[];
  /** At each depth, 1e-6/Å². */
  readonly sld: readonly number[];
  /** Where each slab would lie without roughness, Å; the outer two end with the profile. */
  readonly slabs: readonly { readonly fromA: number; readonly toA: number; readonly sld: number }[];
}

/** Points of a profile: more than a drawing has pixels to tell apart. */
const STEPS = 300;
/** The profile reaches so many sigmas beyond the outer interfaces, and at least this far, Å. */
const SIGMAS = 4;
const LEAST_REACH_A = 10;

/**
 * The density that rough slabs describe, at the middles of their effective slabs, and the sharp slabs that it is made of.
 * @param slabs - fronting to backing, as for `reflectivityFromSld`.
 * @throws as `effectiveDensitySlabs`.
 * @reference Tolan, X-Ray Scattering from Soft-Matter Thin Films (1999), §2.4 (effective density model).
 */
export function densityProfile(slabs: readonly SldSlab[]): DensityProfile {
  const inner = slabs.slice(1, -1);
  const total = inner.reduce((s, l) => s + Math.max(0, l.thicknessA), 0);
  const reach = Math.max(LEAST_REACH_A, SIGMAS * Math.max(...slabs.slice(1).map((s) => s.roughnessTopA)));
  const micro = effectiveDensitySlabs(slabs, (total + 2 * reach) / STEPS);
  // the effective slabs begin above the highest reach of any interface, which is not always the uppermost one
  let interfaceA = 0;
  let z = Number.POSITIVE_INFINITY;
  for (const s of slabs.slice(1)) {
    z = Math.min(z, interfaceA - SIGMAS * s.roughnessTopA);
    interfaceA += s.thicknessA;
  }
  const depthA = [Math.min(z, -reach)];
  const sld = [micro[0]!.sld];
  for (const l of micro.slice(1, -1)) {
    depthA.push(z + l.thicknessA / 2);
    sld.push(l.sld);
    z += l.thicknessA;
  }
  depthA.push(Math.max(z, total + reach));
  sld.push(micro.at(-1)!.sld);
  let at = 0;
  const sharp = slabs.map((s, i) => {
    const fromA = i === 0 ? depthA[0]! : at;
    if (i > 0) at = i === slabs.length - 1 ? depthA.at(-1)! : at + s.thicknessA;
    return { fromA, toA: at, sld: s.sld };
  });
  return { depthA, sld, slabs: sharp };
}
