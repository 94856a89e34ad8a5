import { differenceJacobian } from '@/lib/inversion';
import { type CompiledRecipe, compileRecipe, type MetrologyRecipe, type SpectrumAxis } from '@/lib/recipes';

/** A request of the page to the forward model; `id` is returned with the answer. */
export interface ModelRequest {
  readonly id: number;
  readonly recipe: MetrologyRecipe;
  readonly axis: SpectrumAxis;
  readonly truncation: number | null;
  /** Values of all parameters in the recipe's order. */
  readonly values: readonly number[];
  readonly withSensitivity: boolean;
}

export interface ModelAnswer {
  readonly id: number;
  /** Channel after channel on the fitted points. */
  readonly modelled?: Float64Array;
  /** The fitted part of the axis. */
  readonly axis?: SpectrumAxis;
  /** Derivatives, (channels × points, parameters) row-major. */
  readonly jacobian?: Float64Array | undefined;
  readonly milliseconds?: number;
  readonly error?: { readonly message: string; readonly field: string | null };
}

let compiled: { key: string; model: CompiledRecipe } | null = null;

/** Recompiles only when more than the values changed. */
function compile(r: ModelRequest): CompiledRecipe {
  const { parameters, ...rest } = r.recipe;
  const key = JSON.stringify([rest, parameters.map((p) => [p.name, p.role.kind]), r.axis, r.truncation]);
  if (compiled?.key !== key) compiled = { key, model: compileRecipe(r.recipe, r.axis, r.truncation) };
  return compiled.model;
}

function answer(r: ModelRequest): ModelAnswer {
  const started = performance.now();
  try {
    const c = compile(r);
    const values = Float64Array.from(r.values);
    const modelled = c.model(values);
    const jacobian = r.withSensitivity
      ? (c.jacobian?.(values) ?? differenceJacobian((p) => c.model(p), values, modelled, { periodic360: c.periodic360 }))
      : undefined;
    return { id: r.id, modelled, axis: c.axis, jacobian, milliseconds: performance.now() - started };
  } catch (e) {
    const { message, details } = e as Error & { details?: { field?: string } };
    return { id: r.id, error: { message, field: details?.field ?? null } };
  }
}

self.addEventListener('message', (e: MessageEvent<ModelRequest>) => self.postMessage(answer(e.data)));
