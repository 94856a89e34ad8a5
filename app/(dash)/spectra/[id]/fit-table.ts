import type { SpectrumView } from '@/lib/services/spectra/views/spectrum';
import { type Cell, inUnit } from '@/lib/ui/csv';
import { unitLabel } from '@/lib/ui/format';

/** The whole fit as a table: one row per site with every value, its u, χ²/ν and the covariance of the free parameters. */
export function fitTable(d: SpectrumView): { header: string[]; rows: Cell[][] } {
  const { parameters } = d.recipe.content;
  const free = parameters.flatMap((p, i) => (p.role.kind === 'free' ? [i] : []));
  const pairs = free.flatMap((i, k) => free.slice(k + 1).map((j) => [i, j] as const));
  const n = parameters.length;
  return {
    header: [
      'site',
      'x (mm)',
      'y (mm)',
      'state',
      ...parameters.flatMap((p) => [p.name, `u(${p.name})`].map((name) => inUnit(name, unitLabel(p.unit)))),
      'reduced chi2',
      'iterations',
      ...pairs.map(([i, j]) => `cov(${parameters[i]!.name}; ${parameters[j]!.name})`),
      'warnings',
    ],
    rows: d.sites.map((s, k) => [
      k + 1,
      s.x,
      s.y,
      s.status ?? 'not fitted yet',
      ...parameters.flatMap((_, i) => [s.values[i], s.u[i]]),
      s.reducedChi2,
      s.iterations,
      ...pairs.map(([i, j]) => s.covariance[i * n + j]),
      s.warnings.join('; '),
    ]),
  };
}
