import { OVERLAY_PARAMETERS } from '@/lib/characteristic';
import { type Db, sql } from '@/lib/db';
import type { MatchContext } from './contexts';

/** What is registered, as templates look at it. */
export interface Master {
  readonly operations: ReadonlyMap<string, { readonly area: string; readonly layer: string }>;
  /** Unit of each parameter. */
  readonly units: ReadonlyMap<string, string>;
  readonly overlayParameters: ReadonlySet<string>;
  /** How the specification of a parameter wants it charted; undefined: it has none. */
  readonly specificationOf: (product: string, operation: string, parameter: string) => 'chamber' | 'operation' | undefined;
  /** Contexts that are possible by what is registered: every specified parameter on every chamber that can make it. */
  readonly possible: readonly MatchContext[];
}

interface SpecRow {
  product: string;
  operation: string;
  parameter: string;
  chart_context: 'chamber' | 'operation';
}

const key = (product: string, operation: string, parameter: string): string => `${product}\u0000${operation}\u0000${parameter}`;

/** Reads the master data. */
export async function readMaster(from: Db): Promise<Master> {
  const operations = await from.rows<{ name: string; area: string; layer: string }>(sql`SELECT name, area, layer FROM operation`);
  const parameters = await from.rows<{ name: string; unit: string }>(sql`SELECT name, unit FROM parameter`);
  const specs = await from.rows<SpecRow>(
    sql`SELECT product, operation, parameter, chart_context FROM specification ORDER BY operation, parameter, product`,
  );
  const chambers = await from.rows<{ operation: string; tool: string; chamber: string }>(sql`
    SELECT o.name AS operation, t.name AS tool, c.name AS chamber FROM operation o JOIN tool t ON t.name = ANY(o.tools) JOIN chamber c ON c.tool = t.name
    ORDER BY o.position, t.position, c.name`);
  const wants = new Map(specs.map((s) => [key(s.product, s.operation, s.parameter), s.chart_context]));
  const places = new Map<string, typeof chambers>();
  for (const c of chambers) {
    const list = places.get(c.operation);
    if (list === undefined) places.set(c.operation, [c]);
    else list.push(c);
  }
  const possible = specs.flatMap((s) =>
    (places.get(s.operation) ?? []).flatMap(({ tool, chamber }): MatchContext[] => {
      const at = { operation: s.operation, product: s.product, tool, chamber, recipe: null, names: null };
      if (OVERLAY_PARAMETERS.has(s.parameter)) return [{ ...at, source: 'overlay', parameter: '' }];
      return [
        { ...at, source: 'measurement', parameter: s.parameter },
        { ...at, source: 'vm', parameter: s.parameter },
      ];
    }),
  );
  return {
    operations: new Map(operations.map((o) => [o.name, o])),
    units: new Map(parameters.map((p) => [p.name, p.unit])),
    overlayParameters: OVERLAY_PARAMETERS,
    specificationOf: (product, operation, parameter) => wants.get(key(product, operation, parameter)),
    possible,
  };
}
