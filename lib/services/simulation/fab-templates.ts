import type { TemplateDraft } from '../spc/templates/content';

/** Kinds that an engineer chooses for a step are shown on two steps. */
const SHOWN_AT = ['CVD-OXIDE', 'CMP-CU'];

const COMMON = { rules: [1], preset: 'rule-1', alerting: false, specified: false, onlySpecified: true } as const;
const WAFER = { splitBy: ['tool', 'chamber', 'product'] } as const;
const lots = (splitBy: readonly ('tool' | 'product')[]) => ({
  where: { characteristic: ['measurement.lot'], operation: [...SHOWN_AT] },
  splitBy: [...splitBy],
});
const counted = (parameter: string) => ({
  where: { characteristic: [`count.${parameter}`] },
  splitBy: ['tool' as const],
  onlySpecified: false,
  obeyChartContext: false,
});

/** What the heater, the gases and the pressure of an oxide chamber are known by. */
const DEPOSITION = [
  'heater_temp_inner',
  'heater_temp_outer',
  'wafer_pyrometer',
  'teos_flow',
  'vaporiser_pressure',
  'oxygen_flow',
  'oxygen_mfc_valve',
  'chamber_pressure',
  'baratron_10',
  'throttle_position',
  'foreline_pressure',
] as const;

/** Templates that an engineer of the simulated fab would make beside those that come with Driftless: one of each further kind of chart. */
export const FAB_TEMPLATES: readonly { readonly name: string; readonly content: TemplateDraft }[] = [
  {
    name: 'CUSUM of the wafer mean',
    content: {
      ...COMMON,
      ...WAFER,
      splitBy: [...WAFER.splitBy],
      rules: [1],
      where: { characteristic: ['measurement.mean'], operation: [...SHOWN_AT] },
      kind: 'cusum',
      design: { k: 0.5, h: 5 },
      title: '{parameter} CUSUM · {where}',
    },
  },
  {
    name: 'Three-way chart of the lot',
    content: { ...COMMON, ...lots(['product']), rules: [1, 201], kind: 'three_way', title: '{parameter} three-way · {where}' },
  },
  {
    name: 'Deviation from target',
    content: {
      ...COMMON,
      ...lots(['tool']),
      rules: [1],
      kind: 'short_run',
      title: '{parameter} deviation from target · {where}',
    },
  },
  {
    name: 'Standardised over products',
    content: {
      ...COMMON,
      ...lots(['tool']),
      rules: [1],
      kind: 'standardised',
      obeyChartContext: false,
      baselineN: 30,
      title: '{parameter} standardised over products · {where}',
    },
  },
  {
    name: 'Scratches per wafer',
    content: {
      ...COMMON,
      ...counted('scratches'),
      rules: [1, 2],
      preset: 'nelson-1-2',
      kind: 'u',
      title: 'scratches per wafer · {where}',
    },
  },
  {
    name: 'Scratches per wafer, Laney',
    content: { ...COMMON, ...counted('scratches'), rules: [1], kind: 'laney_u', title: 'scratches per wafer, Laney · {where}' },
  },
  {
    name: 'Scratched wafers',
    content: {
      ...COMMON,
      ...counted('scratched_wafers'),
      rules: [1],
      kind: 'p',
      design: { limits: 'exact' },
      title: 'scratched wafers · {where}',
    },
  },
  {
    name: 'Wafers between scratched ones',
    content: {
      ...COMMON,
      ...counted('scratched_wafers'),
      rules: [1],
      kind: 'g',
      title: 'wafers between scratched ones · {where}',
    },
  },
  {
    name: 'Metal 1 profile',
    content: {
      ...COMMON,
      where: { operation: ['ETCH-M1'] },
      splitBy: [],
      onlySpecified: false,
      obeyChartContext: false,
      kind: 't2',
      rules: [1],
      variables: ['m1_cd', 'm1_swa', 'm1_height'].map((parameter) => ({ characteristic: 'measurement.mean', parameter })),
      title: 'metal 1 profile T² · {where}',
    },
  },
  {
    name: 'Oxide over the wafer',
    content: {
      ...COMMON,
      where: { operation: ['CVD-OXIDE'], tool: ['CVD-01'] },
      splitBy: ['product'],
      onlySpecified: false,
      obeyChartContext: false,
      kind: 't2',
      rules: [1],
      variables: ['measurement.mean', 'measurement.sd', 'zone.edge-centre', 'zernike.2.0', 'zernike.1.1', 'zernike.1.-1'].map(
        (characteristic) => ({ characteristic, parameter: 'oxide_thickness' }),
      ),
      title: 'oxide over the wafer T² · {where}',
    },
  },
  {
    name: 'Oxide deposition sensors',
    content: {
      ...COMMON,
      where: { operation: ['CVD-OXIDE'], tool: ['CVD-01'], product: ['KITE-45'] },
      splitBy: ['tool', 'chamber'],
      onlySpecified: false,
      obeyChartContext: false,
      kind: 'pca',
      rules: [1, 101],
      alerting: true,
      baselineN: 60,
      design: { alpha: 0.001 },
      variables: DEPOSITION.map((sensor) => ({ characteristic: `trace.${sensor}.deposit.mean` })),
      title: 'deposition sensors PCA · {where}',
    },
  },
];
