import { pathToFileURL } from 'node:url';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { send } from './host-send';

/** What the journey of an alert asks of its host; times in epoch ms. */
export interface AlertHostOrder {
  /** Measured at CVD-OXIDE on KITE-45; has a chart of its own. */
  readonly parameter: string;
  /** Registers the fab with the parameter. */
  readonly register?: boolean;
  /** Lots of single wafers: coated at `at`, mean thickness in nm. `revises`: the wafer is measured again, in place of its measurement before. */
  readonly lots: readonly { lot: string; at: number; mean: number; revises?: boolean }[];
}

const PLACE = { product: 'KITE-45', layer: 'ILD1', operation: 'CVD-OXIDE' };

const iso = (ms: number): string => new Date(ms).toISOString();

/** The fab as the demo registered it, with the parameter of the journey. */
function fab(parameter: string) {
  const known = simulatedFab(1);
  return {
    ...known,
    parameters: [...known.parameters, { name: parameter, unit: 'nm', digits: 2, description: 'Thickness of the journey' }],
    specifications: [
      ...known.specifications,
      {
        product: PLACE.product,
        operation: PLACE.operation,
        parameter,
        target: 100,
        lsl: 90,
        usl: 110,
        chartContext: 'operation' as const,
      },
    ],
    metrologyRecipes: [],
  };
}

async function coat({ parameter }: AlertHostOrder, l: AlertHostOrder['lots'][number]): Promise<void> {
  const wafer = { ...PLACE, lot: l.lot, wafer: 1 };
  if (l.revises !== true) {
    await send('POST', 'lots', [
      { key: l.lot, lot: l.lot, product: PLACE.product, route: 'BEOL-1', wafers: 25, startedAt: iso(l.at - 3_600_000) },
    ]);
    await send('POST', 'runs', [
      {
        ...wafer,
        key: `${l.lot}/run`,
        tool: 'CVD-01',
        chamber: 'A',
        recipe: { name: 'CVD-OXIDE.KITE-45', version: 1 },
        startedAt: iso(l.at),
        endedAt: iso(l.at + 1000),
        setpoints: {},
      },
    ]);
  }
  await send('POST', 'measurements', [
    {
      ...wafer,
      key: l.revises === true ? `${l.lot}/again` : `${l.lot}/first`,
      runKey: `${l.lot}/run`,
      station: 'ELL-01',
      parameter,
      unit: 'nm',
      plan: 'P5',
      measuredAt: iso(l.at + (l.revises === true ? 4000 : 2000)),
      x: [0, 100, -100, 0, 0],
      y: [0, 0, 0, 100, -100],
      value: [l.mean, l.mean + 1, l.mean - 1, l.mean + 0.5, l.mean - 0.5],
      ...(l.revises === true ? { revises: `${l.lot}/first` } : {}),
    },
  ]);
}

async function carryOut(o: AlertHostOrder): Promise<void> {
  if (o.register) await send('PUT', 'fab', fab(o.parameter));
  for (const l of o.lots) await coat(o, l);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await carryOut(JSON.parse(process.argv[2] ?? '') as AlertHostOrder);
