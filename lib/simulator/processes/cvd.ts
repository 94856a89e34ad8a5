import { arrheniusRatio, kelvin } from '../physics';
import { facilityLatents, facilitySensors, latent, level, type ProcessSpec, total } from '../spec';

const RATE = 2; // nm/s at 700 °C and nominal flow
const ACTIVATION_EV = 1.0;
const MAIN = [0, 0, 0, 1, 0];
const GAS = [0, 0, 0.6, 1, 0];

/**
 * Silicon oxide by thermal CVD on a single-wafer heater. Growth is thermally activated (Arrhenius) and of fractional order
 * in the precursor; the susceptor coating lowers the wafer's temperature as it grows.
 * @reference S. Wolf & R. N. Tauber, Silicon Processing for the VLSI Era, vol. 1, 2nd ed. (2000), ch. 6 (surface-reaction limit).
 */
export const cvd: ProcessSpec = {
  operation: 'CVD-OXIDE',
  area: 'DEPOSITION',
  layer: 'ILD1',
  description: 'Interlayer oxide, thermal CVD',
  kind: 'CVD',
  tools: [
    { tool: 'CVD-01', chambers: ['A', 'B', 'C'] },
    { tool: 'CVD-02', chambers: ['A', 'B'] },
  ],
  steps: [
    ['load', 6],
    ['heat', 8],
    ['stabilise', 4],
    ['deposit', 60],
    ['purge', 6],
  ],
  mainStep: 3,
  mainSeconds: (x) => x[0]!,
  dt: 1.2,
  knobs: [
    { name: 'deposition_time', unit: 's', min: 38, max: 76, quantum: 0.05 },
    { name: 'heater_temp', unit: 'degC', min: 640, max: 740, quantum: 0.1 },
    { name: 'precursor_flow', unit: 'mg/min', min: 500, max: 1500, quantum: 1 },
  ],
  latents: [
    latent('temperature', 'K', 0.35, { first: -2.5, wear: { counter: 'clean', amount: -4, life: 130 } }),
    latent('precursor', '%', 0.45),
    latent('pressure', '%', 0.6),
    latent('oxygen', '%', 0.7),
    latent('wall', '%', 0.1, { run: 0.5, chamber: 3, wear: { counter: 'pm', amount: 22, life: 400, saturating: true } }),
    latent('spacing', '%', 0.3, { run: 0.5, pm: 1.5 }),
    ...facilityLatents(),
  ],
  sensors: [
    level('heater_temp_inner', 'degC', 2, 700, 0.35, { temperature: 1 }, { off: 690, activity: [0.4, 0.9, 1, 1, 0.9], tau: 3 }),
    level('heater_temp_outer', 'degC', 2, 702, 0.4, { temperature: 1.05 }, { off: 691, activity: [0.4, 0.9, 1, 1, 0.9], tau: 3 }),
    level('wafer_pyrometer', 'degC', 2, 688, 0.5, { temperature: 1 }, { off: 400, activity: [0, 0.95, 1, 1, 0.9], tau: 4 }),
    level('heater_power_inner', '%', 2, 46, 0.15, { temperature: 0.16, wall: -0.1 }, { activity: [0.8, 1.2, 1, 1, 0.9], tau: 2 }),
    level('heater_power_outer', '%', 2, 52, 0.15, { temperature: 0.18, wall: -0.1 }, { activity: [0.8, 1.2, 1, 1, 0.9], tau: 2 }),
    level('lid_temp', 'degC', 2, 82, 0.1, { temperature: 0.08, wall: 0.12 }, { slope: 0.01 }),
    level('wall_temp', 'degC', 2, 120, 0.15, { wall: 0.22 }),
    level('teos_flow', 'mg/min', 1, 1000, 3, { precursor: 10 }, { activity: GAS, tau: 1.2 }),
    level('vaporiser_temp', 'degC', 2, 110, 0.08, { precursor: 0.09 }),
    level('vaporiser_pressure', 'kPa', 2, 18, 0.08, { precursor: 0.15 }, { activity: GAS, off: 12 }),
    level('ampoule_level', '%', 2, 60, 0.1),
    level('oxygen_flow', 'sccm', 1, 4000, 14, { oxygen: 40 }, { activity: GAS }),
    level('oxygen_mfc_valve', '%', 2, 54, 0.2, { oxygen: 0.35 }, { activity: GAS }),
    level('ozone_concentration', 'wt%', 3, 12.5, 0.05, { oxygen: 0.06 }, { activity: GAS }),
    level('helium_flow', 'sccm', 1, 2000, 8, {}, { activity: GAS }),
    level('chamber_pressure', 'kPa', 3, 26.6, 0.07, { pressure: 0.266 }, { off: 1, activity: [0, 0.5, 0.9, 1, 0.2], tau: 1.5 }),
    level('baratron_10', 'kPa', 3, 26.5, 0.09, { pressure: 0.265 }, { off: 1, activity: [0, 0.5, 0.9, 1, 0.2], tau: 1.5 }),
    level('throttle_position', '%', 2, 37, 0.12, { pressure: -0.2 }, { off: 80, tau: 1.2 }),
    level('foreline_pressure', 'Pa', 2, 90, 0.5, { oxygen: 0.3, precursor: 0.4 }, { off: 8, activity: GAS }),
    level('pump_current', 'A', 2, 14, 0.06, { pressure: 0.05 }),
    level('pump_temp', 'degC', 1, 66, 0.2),
    level('heater_spacing', 'mm', 3, 7.4, 0.01, { spacing: 0.022 }),
    level('lift_motor_torque', 'N.m', 3, 0.8, 0.008, { spacing: 0.012 }),
    level(
      'ftir_exhaust',
      'a.u.',
      4,
      0.42,
      0.004,
      { temperature: 0.0055, precursor: 0.003, oxygen: 0.001 },
      { activity: MAIN, tau: 2 },
    ),
    level(
      'rate_interferometer',
      'nm/s',
      4,
      2,
      0.016,
      { temperature: 0.0245, precursor: 0.01, pressure: 0.006, oxygen: 0.003, wall: 0.018 },
      { activity: MAIN },
    ),
    total('precursor_total', 'mg', 3, 16.67, 0.05, { precursor: 0.01 }),
    total('oxygen_total', 'scc', 1, 66.67, 0.4, { oxygen: 0.01 }),
    total('film_interferometer', 'nm', 3, 2, 0.2, {
      temperature: 0.01226,
      precursor: 0.005,
      pressure: 0.003,
      oxygen: 0.0015,
      wall: 0.01,
      spacing: -0.003,
    }),
    total('helium_total', 'scc', 1, 2000 / 60, 0.5),
    total('ftir_integral', 'a.u.', 3, 0.42, 0.04, { temperature: 0.013, precursor: 0.007, oxygen: 0.0024 }),
    total('heater_energy', 'kJ', 2, 2.4, 0.1, { temperature: 0.0035, wall: -0.002 }),
    total('step_timer', 's', 2, 1, 0.01),
    level('exhaust_line_temp', 'degC', 1, 105, 0.2),
    level('purge_flow', 'sccm', 1, 1500, 8, {}, { activity: [1, 0.5, 0.5, 0.5, 1] }),
    level('dilution_flow', 'slm', 2, 30, 0.1),
    ...facilitySensors(),
  ],
  parameter: 'oxide_thickness',
  parameterDescription: 'Interlayer oxide thickness',
  unit: 'nm',
  output: (x, z) =>
    RATE *
    x[0]! *
    arrheniusRatio(ACTIVATION_EV, kelvin(x[1]! + z[0]!), kelvin(700)) *
    ((x[2]! / 1000) * (1 + z[1]! / 100)) ** 0.5 *
    (1 + z[2]! / 100) ** 0.3 *
    (1 + z[3]! / 100) ** 0.15 *
    (1 + z[4]! / 100) *
    (1 - 0.003 * z[5]!),
  targets: [120, 104],
  tolerance: 0.04,
  baseRecipe: [60, 700, 1000],
  hidden: { wafer: 0.1, chamber: 0.12, product: 0.7 },
  signature: {
    modes: [
      [2, 0, 0.8],
      [1, -1, 0.25],
      [2, 2, 0.15],
    ],
    chamberSigma: 0.25,
    waferSigma: 0.08,
    edge: { percent: 1.2, wearPercent: 0.8, widthMm: 8 },
    field: { sigma: 0.2, lengthMm: 45 },
  },
  station: {
    names: ['ELL-01', 'ELL-02'],
    kind: 'ellipsometer',
    plan: 'F49',
    siteNoise: 0.15,
    waferNoise: 0.06,
    matching: 0.06,
    digits: 3,
  },
  loop: { maxStep: 3, quantum: 0.05, deadband: 0.15, lambda: 0.4 },
  maintenance: { clean: 130, pm: 400, consumable: 800, consumableName: 'heater edge ring' },
  weakness: { latent: 'temperature', amount: 5.5, cause: 'heater thermocouple lifts off' },
};
