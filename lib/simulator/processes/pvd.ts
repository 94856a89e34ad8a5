import { facilityLatents, facilitySensors, latent, level, type ProcessSpec, total } from '../spec';

const RATE = 1.5; // nm/s at nominal power with a new target
const MAIN = [0, 0, 0, 1, 0];
const PLASMA = [0, 0, 0.6, 1, 0];

/**
 * TaN barrier and copper seed by magnetron sputtering. Film = rate·time; the rate is proportional to power, falls weakly
 * with pressure (scattering), with target erosion and with resputtering by the substrate bias.
 * @reference D. M. Mattox, Handbook of Physical Vapor Deposition (PVD) Processing, 2nd ed. (2010), ch. 7.
 */
export const pvd: ProcessSpec = {
  operation: 'PVD-SEED',
  area: 'DEPOSITION',
  layer: 'M1-SEED',
  description: 'TaN barrier and copper seed, magnetron sputtering',
  kind: 'PVD',
  tools: [
    { tool: 'PVD-01', chambers: ['A', 'B', 'C'] },
    { tool: 'PVD-02', chambers: ['A', 'B', 'C'] },
  ],
  steps: [
    ['pump', 8],
    ['degas', 10],
    ['barrier', 8],
    ['seed', 40],
    ['cool', 8],
  ],
  mainStep: 3,
  mainSeconds: (x) => x[0]!,
  dt: 1,
  knobs: [
    { name: 'deposition_time', unit: 's', min: 28, max: 52, quantum: 0.05 },
    { name: 'dc_power', unit: 'W', min: 6000, max: 16000, quantum: 10 },
    { name: 'argon_pressure', unit: 'Pa', min: 0.1, max: 1, quantum: 0.005 },
  ],
  latents: [
    latent('power', '%', 0.5),
    latent('pressure', '%', 0.8),
    latent('erosion', '%', 0.1, {
      run: 0.2,
      lot: 0.2,
      chamber: 4,
      pm: 0,
      wander: 0,
      wear: { counter: 'consumable', amount: -30, life: 320 },
    }),
    latent('shield', '%', 0.1, { run: 0.5, chamber: 3, wear: { counter: 'clean', amount: 8, life: 120, saturating: true } }),
    latent('bias', '%', 0.9),
    latent('substrate_temp', 'K', 1.5, { first: -3 }),
    ...facilityLatents(),
  ],
  sensors: [
    level('dc_power', 'W', 0, 12000, 30, { power: 120 }, { activity: PLASMA }),
    level('dc_voltage', 'V', 1, 480, 1.5, { power: 2.4, erosion: -2.2, pressure: -0.9 }, { activity: PLASMA }),
    level('dc_current', 'A', 2, 25, 0.08, { power: 0.125, erosion: 0.115, pressure: 0.047 }, { activity: PLASMA }),
    level('plasma_impedance', 'ohm', 3, 19.2, 0.08, { erosion: -0.19, pressure: -0.08 }, { activity: PLASMA }),
    level('forward_power_monitor', 'W', 0, 12050, 40, { power: 121 }, { activity: PLASMA }),
    level('argon_pressure', 'mPa', 1, 400, 2.5, { pressure: 4 }, { activity: [0.02, 0.4, 1, 1, 0.1], tau: 1.5 }),
    level('capacitance_gauge', 'mPa', 1, 402, 3, { pressure: 4.02 }, { activity: [0.02, 0.4, 1, 1, 0.1], tau: 1.5 }),
    level('argon_flow', 'sccm', 2, 35, 0.12, { pressure: 0.2 }, { activity: [0, 0.5, 1, 1, 0] }),
    level('backside_argon_flow', 'sccm', 2, 8, 0.05, {}, { activity: [0, 1, 1, 1, 0.3] }),
    level('throttle_position', '%', 2, 42, 0.15, { pressure: -0.22 }),
    level('bias_power', 'W', 1, 300, 1.5, { bias: 3 }, { activity: MAIN }),
    level('bias_voltage', 'V', 2, 140, 0.9, { bias: 1.35 }, { activity: MAIN }),
    level('bias_reflected', 'W', 2, 4, 0.2, { bias: 0.12 }, { activity: MAIN, off: 0.1 }),
    level('match_load_cap', '%', 2, 48, 0.2, { bias: 0.25 }, { activity: MAIN, off: 40, tau: 1.2 }),
    level('match_tune_cap', '%', 2, 61, 0.2, { bias: -0.22, pressure: 0.1 }, { activity: MAIN, off: 55, tau: 1.2 }),
    level('pedestal_temp', 'degC', 1, 60, 0.4, { substrate_temp: 0.8 }, { slopeLoads: { power: 0.004 }, slope: 0.05 }),
    level('wafer_pyrometer', 'degC', 1, 118, 0.8, { substrate_temp: 1 }, { activity: [0.2, 0.8, 0.95, 1, 0.6], tau: 5 }),
    level('degas_lamp_power', '%', 1, 55, 0.4, { substrate_temp: 0.3 }, { activity: [0, 1, 0, 0, 0] }),
    level('shield_temp', 'degC', 1, 92, 0.5, { shield: 1.4 }, { slope: 0.1 }),
    level('shield_bias_leak', 'uA', 2, 3, 0.12, { shield: 0.5 }, { activity: PLASMA }),
    level('target_coolant_temp', 'degC', 2, 24, 0.06, { erosion: 0.05, power: 0.06 }, { slope: 0.02 }),
    level('magnet_rotation', 'rpm', 1, 68, 0.15),
    level('magnet_motor_current', 'A', 3, 1.4, 0.012),
    level('target_life', 'kWh', 1, 1000, 0.3, { erosion: -180 }),
    level(
      'deposition_monitor',
      'nm/s',
      4,
      1.5,
      0.012,
      { power: 0.015, erosion: 0.015, pressure: -0.0022, shield: 0.008 },
      { activity: MAIN },
    ),
    total('energy', 'kJ', 2, 12, 0.05, { power: 0.01 }),
    total('charge', 'A.s', 2, 25, 0.1, { power: 0.005, erosion: 0.0046, pressure: 0.0019 }),
    total('film_monitor', 'nm', 3, 1.5, 0.1, {
      power: 0.01,
      pressure: -0.0015,
      erosion: 0.01,
      shield: 0.01,
      bias: -0.0025,
      substrate_temp: -0.0006,
    }),
    total('bias_energy', 'kJ', 4, 0.3, 0.004, { bias: 0.01 }),
    total('magnet_turns', '1', 2, 68 / 60, 0.02),
    total('argon_total', 'scc', 3, 35 / 60, 0.01, { pressure: 0.0057 }),
    total('step_timer', 's', 2, 1, 0.01),
    level('cryo_temp', 'K', 2, 12.5, 0.06),
    level('base_pressure', 'uPa', 2, 4, 0.1, {}, { activity: [1, 1, 1, 1, 1] }),
    level('chuck_voltage', 'V', 0, 350, 1, {}, { activity: [0, 1, 1, 1, 0.2] }),
    level('chuck_leak_current', 'uA', 2, 5, 0.15, {}, { activity: [0, 1, 1, 1, 0.2] }),
    ...facilitySensors(),
  ],
  parameter: 'seed_thickness',
  parameterDescription: 'Copper seed thickness',
  unit: 'nm',
  output: (x, z) =>
    RATE *
    x[0]! *
    (x[1]! / 12000) *
    (x[2]! / 0.4) ** -0.15 *
    (1 + z[0]! / 100) *
    (1 + z[1]! / 100) ** -0.15 *
    (1 + z[2]! / 100) *
    (1 + z[3]! / 100) *
    (1 - 0.0025 * z[4]!) *
    (1 - 0.0006 * z[5]!),
  targets: [60, 52],
  tolerance: 0.045,
  baseRecipe: [40, 12000, 0.4],
  hidden: { wafer: 0.1, chamber: 0.12, product: 0.7 },
  signature: {
    modes: [
      [2, 0, -0.9],
      [1, 1, 0.2],
      [4, 0, 0.3],
    ],
    chamberSigma: 0.25,
    waferSigma: 0.08,
    edge: { percent: -1.5, wearPercent: -1, widthMm: 6 },
    field: { sigma: 0.25, lengthMm: 40 },
  },
  station: {
    names: ['XRF-01', 'XRF-02'],
    kind: 'X-ray fluorescence',
    plan: 'F49',
    siteNoise: 0.12,
    waferNoise: 0.05,
    matching: 0.04,
    digits: 3,
  },
  loop: { maxStep: 2, quantum: 0.05, deadband: 0.1, lambda: 0.4 },
  maintenance: { clean: 120, pm: 450, consumable: 320, consumableName: 'sputter target' },
  weakness: { latent: 'power', amount: -7, cause: 'arcing: DC supply folds back' },
};
