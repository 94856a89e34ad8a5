import { COUNTED } from './counted';
import { PROCESSES } from './processes';
import { believedGain, nominalSetpoints } from './recipe';
import { FIELD, SITE_PLANS } from './sites';
import { OVERLAY_TERMS, type ProcessSpec } from './spec';
import { SPECTRAL_STATIONS } from './spectral';
import type { FabDefinition, LoopDefinition, ParameterDefinition, RecipeDefinition, SpecificationDefinition } from './types';

/** Products in the order of `ProcessSpec.targets`. */
export const PRODUCTS: readonly string[] = ['KITE-45', 'HERON-52'];
export const ROUTE = 'BEOL-1';
/** Recipe versions that exist; a recipe change moves every tool of an operation to the next one. */
export const RECIPE_VERSIONS = 4;

/** Recipe name of an operation for a product. */
export const recipeName = (operation: string, product: string): string => `${operation}.${product}`;

/** Setpoints by name. */
export function namedSetpoints(spec: ProcessSpec, x: ArrayLike<number>): Record<string, number> {
  const out: Record<string, number> = {};
  spec.knobs.forEach((k, i) => {
    out[k.name] = x[i]!;
  });
  return out;
}

const sixDigits = (v: number): number => Number(v.toPrecision(6));

function loopsOf(seed: number, spec: ProcessSpec, p: number): LoopDefinition[] {
  const product = PRODUCTS[p]!;
  const knob = spec.knobs[0]!;
  const target = spec.targets[p]!;
  const base = { area: spec.area, operation: spec.operation, product };
  const loops: LoopDefinition[] = [
    {
      ...base,
      name: `${spec.operation} ${spec.parameter} ${product}`,
      characteristic: 'measurement.mean',
      parameter: spec.parameter,
      unit: spec.unit,
      knob: knob.name,
      knobUnit: knob.unit,
      target,
      lsl: sixDigits(target * (1 - spec.tolerance)),
      usl: sixDigits(target * (1 + spec.tolerance)),
      xNominal: nominalSetpoints(spec, p)[0]!,
      gain: believedGain(seed, spec, p),
      min: knob.min,
      max: knob.max,
      ...spec.loop,
    },
  ];
  const { overlay } = spec;
  if (!overlay) return loops;
  OVERLAY_TERMS.forEach(([term, unit], i) => {
    const k = spec.knobs[overlay.knob + i]!;
    const tolerance = overlay.tolerances[i]!;
    loops.push({
      ...base,
      name: `${spec.operation} overlay ${term} ${product}`,
      characteristic: `overlay.${term}`,
      parameter: term,
      unit,
      knob: k.name,
      knobUnit: k.unit,
      target: 0,
      lsl: -tolerance,
      usl: tolerance,
      xNominal: 0,
      gain: 1,
      min: k.min,
      max: k.max,
      ...overlay.loops[i]!,
    });
  });
  return loops;
}

/** Master data of the fab of a seed. The seed moves only the believed gains; the equipment is always the same. */
export function fabDefinition(seed: number): FabDefinition {
  const loops = PROCESSES.flatMap((spec) => PRODUCTS.flatMap((_, p) => loopsOf(seed, spec, p)));
  const parameters: ParameterDefinition[] = PROCESSES.map((s) => ({
    parameter: s.parameter,
    unit: s.unit,
    digits: s.station.digits,
    description: s.parameterDescription,
  }));
  parameters.push(...COUNTED);
  for (const [term, unit] of OVERLAY_TERMS) {
    parameters.push({ parameter: term, unit, digits: unit === 'nm' ? 2 : 4, description: `Overlay grid term ${term}` });
  }
  const specifications: SpecificationDefinition[] = loops.map(({ product, operation, parameter, target, lsl, usl }) => ({
    product,
    operation,
    parameter,
    target,
    lsl,
    usl,
  }));
  for (const s of SPECTRAL_STATIONS) {
    for (const { parameter, unit, digits, description, target, tolerance } of s.parameters) {
      parameters.push({ parameter, unit, digits, description });
      for (const product of PRODUCTS)
        if (s.recipe.product === null || s.recipe.product === product)
          specifications.push({
            product,
            operation: s.recipe.operation,
            parameter,
            target,
            lsl: target - tolerance,
            usl: target + tolerance,
            chartContext: 'operation',
          });
    }
  }
  const recipes: RecipeDefinition[] = PROCESSES.flatMap((spec) =>
    PRODUCTS.flatMap((product, p) =>
      Array.from({ length: RECIPE_VERSIONS }, (_, v) => ({
        name: recipeName(spec.operation, product),
        version: v + 1,
        operation: spec.operation,
        product,
        setpoints: namedSetpoints(spec, nominalSetpoints(spec, p)),
      })),
    ),
  );
  const stations = new Map<string, { station: string; area: string; kind: string }>();
  for (const s of PROCESSES) {
    for (const station of s.station.names)
      if (!stations.has(station)) stations.set(station, { station, area: s.area, kind: s.station.kind });
    for (const station of s.overlay?.stations ?? []) stations.set(station, { station, area: s.area, kind: 'overlay' });
  }
  for (const s of SPECTRAL_STATIONS) {
    const { area } = PROCESSES.find((p) => p.operation === s.recipe.operation)!;
    for (const station of s.stations) if (!stations.has(station)) stations.set(station, { station, area, kind: s.kind });
  }
  return {
    areas: [...new Set(PROCESSES.map((s) => s.area))],
    tools: PROCESSES.flatMap((s) => s.tools.map((t) => ({ tool: t.tool, area: s.area, kind: s.kind, chambers: t.chambers }))),
    stations: [...stations.values()],
    products: PRODUCTS.map((product, p) => ({
      product,
      description: `${p === 0 ? '45' : '52'} nm metal line`,
      route: ROUTE,
      diameterMm: 300,
      edgeExclusionMm: 3,
      fieldWidthMm: FIELD.width,
      fieldHeightMm: FIELD.height,
    })),
    layers: [...new Set(PROCESSES.map((s) => s.layer))],
    operations: PROCESSES.map((s, position) => ({
      operation: s.operation,
      area: s.area,
      layer: s.layer,
      position,
      description: s.description,
      tools: s.tools.map((t) => t.tool),
      stations: [...s.station.names, ...(s.overlay?.stations ?? [])],
      plan: s.station.plan,
      ...(s.overlay ? { overlayPlan: s.overlay.plan } : {}),
      sensors: s.sensors.map(({ name, unit }) => ({ name, unit })),
      steps: s.steps.map(([name]) => name),
    })),
    routes: [{ route: ROUTE, operations: PROCESSES.map((s) => s.operation) }],
    parameters,
    specifications,
    recipes,
    sitePlans: SITE_PLANS,
    loops,
    metrologyRecipes: SPECTRAL_STATIONS.map((s) => s.recipe),
  };
}
