import type { FabRecord } from '@/lib/formats/fab';
import { fabDefinition } from '@/lib/simulator';

const DIE_MM = { dieWidthMm: 6.5, dieHeightMm: 8.25 };
/** Share of a thread's estimate that a PM leaves: most of the learned drift is gone, the chamber's own offset is not. */
const PM_FORGET = 0.5;
const OUTLIER_SIGMA = 6;

/** The master data of the simulated fab, as a real fab would register its own. */
export function simulatedFab(seed: number): FabRecord {
  const f = fabDefinition(seed);
  const overlay = f.operations.filter((o) => o.overlayPlan !== undefined);
  return {
    name: 'Fab 1',
    areas: [...f.areas],
    tools: f.tools.map((t) => ({ name: t.tool, area: t.area, kind: t.kind, chambers: [...t.chambers] })),
    stations: f.stations.map((s) => ({ name: s.station, area: s.area, kind: s.kind })),
    products: f.products.map((p) => ({
      name: p.product,
      description: p.description,
      diameterMm: p.diameterMm,
      edgeExclusionMm: p.edgeExclusionMm,
      fieldWidthMm: p.fieldWidthMm,
      fieldHeightMm: p.fieldHeightMm,
      ...DIE_MM,
    })),
    operations: f.operations.map((o) => ({
      name: o.operation,
      area: o.area,
      layer: o.layer,
      description: o.description,
      tools: [...o.tools],
    })),
    routes: f.routes.map((r) => ({ name: r.route, operations: [...r.operations] })),
    parameters: [
      ...f.parameters.map((p) => ({ name: p.parameter, unit: p.unit, digits: p.digits, description: p.description })),
      { name: 'overlay', unit: 'nm', digits: 2, description: 'Overlay of all marks, |mean| + 3 sigma' },
    ],
    specifications: [
      ...f.specifications.map(({ product, operation, parameter, target, lsl, usl, chartContext }) => ({
        product,
        operation,
        parameter,
        target,
        lsl,
        usl,
        chartContext: chartContext ?? ('chamber' as const),
      })),
      ...overlay.flatMap((o) =>
        f.products.map((p) => ({
          product: p.product,
          operation: o.operation,
          parameter: 'overlay',
          target: null,
          lsl: null,
          usl: null,
          chartContext: 'chamber' as const,
        })),
      ),
    ],
    recipes: f.recipes.map((r) => ({
      name: r.name,
      version: r.version,
      operation: r.operation,
      product: r.product,
      setpoints: { ...r.setpoints },
    })),
    metrologyRecipes: [...f.metrologyRecipes],
    loops: f.loops.map((l) => ({
      name: l.name,
      area: l.area,
      operation: l.operation,
      product: l.product,
      characteristic: l.characteristic,
      parameter: l.parameter,
      unit: l.unit,
      knob: l.knob,
      knobUnit: l.knobUnit,
      config: {
        lambda: l.lambda,
        gain: l.gain,
        xNominal: l.xNominal,
        target: l.target,
        min: l.min,
        max: l.max,
        maxStep: l.maxStep,
        quantum: l.quantum,
        deadband: l.deadband,
        outlierSigma: OUTLIER_SIGMA,
        pmForget: PM_FORGET,
      },
    })),
  };
}
