import { arrheniusRatio, kelvin } from '../physics';
import { facilityLatents, facilitySensors, latent, level, type ProcessSpec, total } from '../spec';

const RATE = 0.5; // nm of CD per s of trim
const ACTIVATION_EV = 0.12;
const PLASMA = [0, 0.5, 1, 1.3, 0];

/**
 * Plasma etch with a resist trim whose time sets the CD bias (CD after lithography less CD after etch). The lateral trim is
 * linear in time; its rate goes with source power and oxygen (radical supply), falls with pressure and is weakly activated.
 * @reference M. A. Lieberman & A. J. Lichtenberg, Principles of Plasma Discharges and Materials Processing, 2nd ed. (2005), §15.
 */
export const etch: ProcessSpec = {
  operation: 'ETCH-M1',
  area: 'ETCH',
  layer: 'M1',
  description: 'Metal 1 trench, resist trim and dielectric etch',
  kind: 'ETCH',
  tools: [
    { tool: 'ETC-01', chambers: ['A', 'B', 'C', 'D'] },
    { tool: 'ETC-02', chambers: ['A', 'B', 'C', 'D'] },
  ],
  steps: [
    ['stabilise', 8],
    ['strike', 4],
    ['trim', 24],
    ['etch', 28],
    ['dechuck', 6],
  ],
  mainStep: 2,
  mainSeconds: (x) => x[0]!,
  dt: 1,
  knobs: [
    { name: 'trim_time', unit: 's', min: 14, max: 36, quantum: 0.05 },
    { name: 'source_power', unit: 'W', min: 200, max: 1200, quantum: 1 },
    { name: 'oxygen_flow', unit: 'sccm', min: 10, max: 80, quantum: 0.1 },
    { name: 'pressure', unit: 'Pa', min: 0.5, max: 4, quantum: 0.01 },
  ],
  latents: [
    latent('source', '%', 1.3),
    latent('oxygen', '%', 1.6),
    latent('pressure', '%', 1.8),
    latent('chuck_temp', 'K', 0.9, { first: -2.5 }),
    latent('wall', '%', 0.5, { run: 0.6, chamber: 3, wear: { counter: 'clean', amount: -14, life: 120, saturating: true } }),
    latent('edge_ring', '%', 0.5, {
      run: 0.2,
      lot: 0.2,
      chamber: 2,
      pm: 0.5,
      wear: { counter: 'consumable', amount: -9, life: 280 },
    }),
    ...facilityLatents(),
  ],
  sensors: [
    level('source_power', 'W', 1, 600, 6, { source: 6 }, { activity: PLASMA }),
    level('source_reflected', 'W', 2, 6, 0.4, { source: 0.3 }, { activity: PLASMA, off: 0.2 }),
    level('source_vpp', 'V', 1, 900, 9, { source: 6.5, wall: 4 }, { activity: PLASMA }),
    level('source_match_load', '%', 2, 44, 0.3, { source: 0.22, wall: 0.25 }, { off: 40, activity: PLASMA, tau: 1.2 }),
    level('source_match_tune', '%', 2, 58, 0.3, { source: -0.2, wall: 0.3 }, { off: 55, activity: PLASMA, tau: 1.2 }),
    level('bias_power', 'W', 1, 80, 0.8, {}, { activity: [0, 0, 1, 3, 0] }),
    level('bias_vdc', 'V', 1, 110, 1.2, { edge_ring: -1.4, pressure: -0.4 }, { activity: [0, 0, 1, 3, 0] }),
    level('bias_match_load', '%', 2, 36, 0.25, { edge_ring: 0.35 }, { off: 30, activity: [0, 0, 1, 1, 0], tau: 1.2 }),
    level('edge_ring_height', 'um', 1, 120, 3, { edge_ring: 26 }),
    level('edge_ring_bias', 'V', 2, 24, 0.25, { edge_ring: 0.4 }, { activity: [0, 0, 1, 2, 0] }),
    level('oxygen_flow', 'sccm', 2, 40, 0.5, { oxygen: 0.4 }, { activity: [0.5, 1, 1, 0.3, 0] }),
    level('oxygen_mfc_valve', '%', 2, 52, 0.5, { oxygen: 0.5 }, { activity: [0.5, 1, 1, 0.3, 0] }),
    level('hbr_flow', 'sccm', 2, 120, 0.7, {}, { activity: [0.5, 1, 1, 0.2, 0] }),
    level('cf4_flow', 'sccm', 2, 80, 0.6, {}, { activity: [0, 0, 0, 1, 0] }),
    level('argon_flow', 'sccm', 2, 200, 1, {}, { activity: [1, 1, 0.5, 1, 0.5] }),
    level('chamber_pressure', 'mPa', 1, 1300, 18, { pressure: 13 }, { off: 60, activity: [0.8, 1.1, 1, 0.7, 0.1], tau: 1.5 }),
    level('baratron_2', 'mPa', 1, 1306, 20, { pressure: 13 }, { off: 60, activity: [0.8, 1.1, 1, 0.7, 0.1], tau: 1.5 }),
    level('throttle_position', '%', 2, 28, 0.25, { pressure: -0.3 }, { off: 60, tau: 1.2 }),
    level('turbo_current', 'A', 3, 3.2, 0.03, { pressure: 0.02 }),
    level('chuck_temp_inner', 'degC', 2, 60, 0.5, { chuck_temp: 1 }, { tau: 3 }),
    level('chuck_temp_outer', 'degC', 2, 58, 0.6, { chuck_temp: 1 }, { tau: 3 }),
    level('chiller_temp', 'degC', 2, 52, 0.3, { chuck_temp: 0.5 }),
    level('helium_flow_inner', 'sccm', 2, 12, 0.15, { chuck_temp: 0.2 }, { off: 1, activity: [0.8, 1, 1, 1, 0] }),
    level('helium_flow_outer', 'sccm', 2, 16, 0.2, { chuck_temp: 0.25 }, { off: 1, activity: [0.8, 1, 1, 1, 0] }),
    level('helium_pressure', 'kPa', 3, 1.3, 0.006, {}, { activity: [0.8, 1, 1, 1, 0] }),
    level('chuck_voltage', 'V', 0, 600, 2, {}, { activity: [1, 1, 1, 1, 0] }),
    level('wall_temp', 'degC', 2, 80, 0.25, { wall: 0.2 }),
    level('liner_temp', 'degC', 2, 76, 0.25, { wall: 0.22 }),
    level('oes_o_777', 'a.u.', 1, 2400, 40, { oxygen: 24, source: 20, wall: 12 }, { activity: [0, 0.5, 1, 0.3, 0] }),
    level(
      'oes_co_520',
      'a.u.',
      1,
      1500,
      30,
      { oxygen: 8, source: 12, chuck_temp: 15, wall: 20 },
      { activity: [0, 0.4, 1, 0.6, 0] },
    ),
    level('oes_ar_750', 'a.u.', 1, 3100, 35, { source: 30, pressure: -8 }, { activity: [0, 0.5, 1, 1.2, 0] }),
    level('oes_f_704', 'a.u.', 1, 900, 15, {}, { activity: [0, 0, 0.05, 1, 0] }),
    total('trim_optical_dose', 'a.u.', 2, 10, 0.2, {
      oxygen: 0.005,
      source: 0.008,
      chuck_temp: 0.0126,
      pressure: -0.003,
      wall: 0.01,
      edge_ring: 0.01,
    }),
    total('source_energy', 'kJ', 3, 0.6, 0.02, { source: 0.01 }),
    total('oxygen_total', 'scc', 3, 40 / 60, 0.02, { oxygen: 0.01 }),
    total('oes_o_integral', 'a.u.', 1, 2400, 60, { oxygen: 0.01, source: 0.0083, wall: 0.005 }),
    total('step_timer', 's', 2, 1, 0.01),
    ...facilitySensors(),
  ],
  parameter: 'cd_bias',
  parameterDescription: 'CD after lithography less CD after etch',
  unit: 'nm',
  output: (x, z) =>
    RATE *
    x[0]! *
    ((x[1]! / 600) * (1 + z[0]! / 100)) ** 0.8 *
    ((x[2]! / 40) * (1 + z[1]! / 100)) ** 0.5 *
    ((x[3]! / 1.3) * (1 + z[2]! / 100)) ** -0.3 *
    arrheniusRatio(ACTIVATION_EV, kelvin(60 + z[3]!), kelvin(60)) *
    (1 + z[4]! / 100) *
    (1 + z[5]! / 100),
  // The main etch follows the radical supply and the wafer's temperature; a hotter wafer also leans the sidewall.
  profile: (z) => ({
    heightNm: 120 * (1 + 0.0012 * z[0]! - 0.0008 * z[2]! + 0.0016 * z[3]!),
    sidewallAngleDeg: 87.5 - 0.012 * z[3]! + 0.02 * z[1]!,
  }),
  targets: [12, 10],
  tolerance: 0.16,
  baseRecipe: [24, 600, 40, 1.3],
  hidden: { wafer: 0.4, chamber: 0.7, product: 2.6 },
  signature: {
    modes: [
      [2, 0, 1.5],
      [4, 0, -0.6],
      [1, 1, 0.5],
    ],
    chamberSigma: 0.6,
    waferSigma: 0.3,
    edge: { percent: 3, wearPercent: 4, widthMm: 6 },
    field: { sigma: 1, lengthMm: 35 },
  },
  station: {
    names: ['SEM-03', 'SEM-04'],
    kind: 'CD-SEM',
    plan: 'F49',
    siteNoise: 0.25,
    waferNoise: 0.035,
    matching: 0.05,
    digits: 3,
  },
  loop: { maxStep: 2, quantum: 0.05, deadband: 0.1, lambda: 0.4 },
  maintenance: { clean: 120, pm: 420, consumable: 280, consumableName: 'edge ring' },
  weakness: { latent: 'chuck_temp', amount: 21, cause: 'helium leak under the wafer' },
};
