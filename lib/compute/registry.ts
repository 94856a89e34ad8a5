import { AppError } from '@/lib/errors';
import type { Capability, ComputeFunction } from './define';

/** The capabilities in the order of the help. Each is loaded on first use, so that a command starts with its own part only. */
export const CAPABILITIES = {
  spc: {
    title: 'Control charts, run rules, capability, run lengths',
    load: (): Promise<Capability> => import('./functions/spc/charts'),
  },
  spatial: {
    title: 'Wafer maps: Zernike fits, kriging, zones',
    load: (): Promise<Capability> => import('./functions/spatial/zernike'),
  },
  overlay: {
    title: 'Overlay models, correctables, statistics',
    load: (): Promise<Capability> => import('./functions/overlay/models'),
  },
  vm: { title: 'Virtual metrology: PLS and Gaussian processes', load: (): Promise<Capability> => import('./functions/vm/pls') },
  sampling: { title: 'Optimal sampling plans', load: (): Promise<Capability> => import('./functions/sampling') },
  control: {
    title: 'Run-to-run and predictive control',
    load: (): Promise<Capability> => import('./functions/control/run-to-run'),
  },
  uncertainty: {
    title: 'GUM, Monte Carlo, gauge studies',
    load: (): Promise<Capability> => import('./functions/uncertainty/budget'),
  },
  optics: { title: 'Materials, thin films, gratings', load: (): Promise<Capability> => import('./functions/optics/films') },
  xrr: { title: 'X-ray reflectivity', load: (): Promise<Capability> => import('./functions/xray/reflectivity') },
  saxs: { title: 'Small-angle X-ray scattering', load: (): Promise<Capability> => import('./functions/xray/small-angle') },
  fit: { title: 'From spectra to values with uncertainty', load: (): Promise<Capability> => import('./functions/fit/fit') },
  learning: { title: 'Autoencoders, ONNX networks', load: (): Promise<Capability> => import('./functions/learning') },
  defects: { title: 'Clusters, yield, outliers', load: (): Promise<Capability> => import('./functions/defects') },
} as const;

export type CapabilityName = keyof typeof CAPABILITIES;
export const CAPABILITY_NAMES = Object.keys(CAPABILITIES) as CapabilityName[];

/** @throws AppError `not_found` naming what there is. */
export function capabilityNamed(name: string): CapabilityName {
  if (Object.hasOwn(CAPABILITIES, name)) return name as CapabilityName;
  throw new AppError('not_found', `there is no capability "${name}"; there are ${CAPABILITY_NAMES.join(', ')}`, {
    field: 'capability',
  });
}

/** A function by its path `capability/function`. @throws AppError `not_found` naming what there is. */
export async function functionAt(path: string): Promise<ComputeFunction> {
  const [capability = '', ...rest] = path.split('/');
  const name = capabilityNamed(capability);
  const { functions } = await CAPABILITIES[name].load();
  const found = functions.find((f) => f.path === `${name}/${rest.join('/')}`);
  if (found) return found;
  throw new AppError(
    'not_found',
    `${name} has no function "${rest.join('/')}"; it has ${functions.map((f) => f.path.slice(name.length + 1)).join(', ')}`,
    { field: 'function' },
  );
}

/** All functions of all capabilities. */
export async function allFunctions(): Promise<ComputeFunction[]> {
  const loaded = await Promise.all(CAPABILITY_NAMES.map((n) => CAPABILITIES[n].load()));
  return loaded.flatMap((c) => c.functions);
}
