import { arrheniusRatio, kelvin } from '../physics';
import { facilityLatents, facilitySensors, latent, level, type ProcessSpec, total } from '../spec';

const SHEET = 520; // ohm/sq at 1250 °C
const ACTIVATION_EV = 0.6;
const FLASH = [0, 0, 1, 0.5, 0];
const HOT = [0, 1, 1, 0.9, 0.4];

/**
 * Millisecond flash anneal. Electrical activation of the dopant is thermally activated, so sheet resistance falls with peak
 * temperature: Rs = R0·exp(+(Ea/k)·(1/T − 1/T0)), and slowly with dwell. Lamp age lowers the peak at a given setting. The
 * flash itself (about 1 ms) is far below the sampling interval: peak-hold channels carry it.
 * @reference W. Lerch et al., Mater. Sci. Eng. B 154–155 (2008) 3 (millisecond annealing: activation against peak temperature).
 */
export const msa: ProcessSpec = {
  operation: 'MSA-SD',
  area: 'ANNEAL',
  layer: 'SD',
  description: 'Source and drain activation, millisecond anneal',
  kind: 'MSA',
  tools: [
    { tool: 'MSA-01', chambers: ['A', 'B'] },
    { tool: 'MSA-02', chambers: ['A', 'B'] },
  ],
  steps: [
    ['purge', 10],
    ['preheat', 26],
    ['flash', 6],
    ['cool', 18],
    ['unload', 8],
  ],
  mainStep: 2,
  dt: 1,
  knobs: [
    { name: 'peak_temp', unit: 'degC', min: 1190, max: 1310, quantum: 0.1 },
    { name: 'preheat_temp', unit: 'degC', min: 700, max: 900, quantum: 0.5 },
  ],
  latents: [
    latent('pyrometer', 'K', 1.1),
    latent('lamp', 'K', 0.6, { run: 0.6, chamber: 2, wear: { counter: 'consumable', amount: -17, life: 300 } }),
    latent('preheat', 'K', 1.2, { first: -2.5 }),
    latent('dwell', '%', 1),
    latent('emissivity', '%', 0.6, { lot: 1 }),
    latent('window', 'K', 0.4, { run: 0.5, wear: { counter: 'clean', amount: -7, life: 140 } }),
    ...facilityLatents(),
  ],
  sensors: [
    level(
      'peak_hold_temp',
      'degC',
      2,
      1250,
      1.2,
      { pyrometer: 1, lamp: 1, window: 1 },
      { off: 25, activity: [0, 0, 1, 1, 1], tau: 0.3, knobs: { peak_temp: 1 } },
    ),
    level(
      'peak_hold_edge',
      'degC',
      2,
      1244,
      1.4,
      { pyrometer: 1, lamp: 1, window: 1 },
      { off: 25, activity: [0, 0, 1, 1, 1], tau: 0.3, knobs: { peak_temp: 1 } },
    ),
    level('pyrometer_reference', 'mV', 3, 82, 0.1, { pyrometer: 0.12 }),
    level('pyrometer_black_body', 'degC', 2, 900, 0.8, { pyrometer: 0.9 }, { activity: [1, 1, 1, 1, 1] }),
    level('pyrometer_gain', '1', 4, 1, 0.001, { pyrometer: 0.0011 }),
    level('lamp_voltage', 'V', 1, 3600, 4, { lamp: -5 }, { activity: FLASH, off: 200, knobs: { peak_temp: 2.4 } }),
    level('lamp_current_peak', 'A', 1, 2100, 3, { lamp: 4.5, dwell: 1 }, { activity: FLASH, knobs: { peak_temp: 1.5 } }),
    level('lamp_energy', 'kJ', 3, 92, 0.15, { lamp: 0.18, dwell: 0.1 }, { activity: FLASH, knobs: { peak_temp: 0.12 } }),
    level('lamp_count', '1', 0, 12000, 1, { lamp: -220 }),
    level(
      'lamp_intensity_monitor',
      'a.u.',
      3,
      100,
      0.3,
      { lamp: 0.4, window: 0.1 },
      { activity: FLASH, knobs: { peak_temp: 0.2 } },
    ),
    level('lamp_coolant_temp', 'degC', 2, 26, 0.08, { lamp: -0.05 }, { slope: 0.02 }),
    level(
      'capacitor_charge',
      'kV',
      4,
      3.62,
      0.004,
      { lamp: -0.003 },
      { activity: [0.2, 1, 1, 0.1, 0], tau: 4, knobs: { peak_temp: 0.0022 } },
    ),
    level('window_transmission', '%', 3, 96, 0.06, { window: 0.2 }),
    level('window_temp', 'degC', 2, 62, 0.2, { window: -0.35 }, { slope: 0.05 }),
    level('window_haze', 'a.u.', 4, 0.08, 0.0012, { window: -0.004 }),
    level('preheat_temp', 'degC', 2, 800, 1.2, { preheat: 1 }, { off: 25, activity: HOT, tau: 4 }),
    level('preheat_edge_temp', 'degC', 2, 795, 1.3, { preheat: 1 }, { off: 25, activity: HOT, tau: 4 }),
    level('preheat_power_inner', '%', 2, 48, 0.3, { preheat: 0.25 }, { activity: HOT }),
    level('preheat_power_outer', '%', 2, 55, 0.3, { preheat: 0.27 }, { activity: HOT }),
    level('susceptor_temp', 'degC', 2, 640, 1, { preheat: 0.8 }, { off: 560, activity: HOT, tau: 6 }),
    level('dwell_monitor', 'us', 2, 900, 7, { dwell: 9 }, { activity: [0, 0, 1, 1, 1], tau: 0.3 }),
    level('pulse_shape_ratio', '1', 4, 1.42, 0.011, { dwell: 0.014 }, { activity: [0, 0, 1, 1, 1], tau: 0.3 }),
    level('pulse_former_current', 'A', 2, 34, 0.25, { dwell: 0.35 }, { activity: FLASH }),
    level('reflectance_550', '%', 3, 31, 0.15, { emissivity: -0.2 }, { activity: [1, 1, 0, 0, 0] }),
    level('reflectance_950', '%', 3, 28, 0.15, { emissivity: -0.22 }, { activity: [1, 1, 0, 0, 0] }),
    level('emissivity_estimate', '1', 4, 0.69, 0.004, { emissivity: 0.0069 }, { activity: [0, 1, 1, 1, 0] }),
    level('chamber_oxygen', 'ppm', 3, 8, 0.08),
    level('nitrogen_flow', 'slm', 2, 40, 0.15, {}, { activity: [1, 0.6, 0.4, 0.6, 1] }),
    level('chamber_pressure', 'kPa', 3, 101, 0.03),
    level('wafer_displacement', 'um', 1, 60, 2, {}, { activity: [0.1, 0.3, 1, 0.5, 0.1] }),
    level('cooling_rate', 'K/s', 2, 42, 0.4, { preheat: 0.05 }, { activity: [0, 0, 0, 1, 0] }),
    total('radiant_dose', 'J/cm2', 3, 3.2, 0.02, { lamp: 0.002, dwell: 0.002, window: 0.002 }),
    ...facilitySensors(),
  ],
  parameter: 'sheet_resistance',
  parameterDescription: 'Sheet resistance after anneal',
  unit: 'ohm/sq',
  output: (x, z) =>
    (SHEET * (1 - 0.0012 * z[3]!) * (1 - 0.0016 * z[4]!) * (1 - 0.00025 * (x[1]! - 800))) /
    arrheniusRatio(ACTIVATION_EV, kelvin(x[0]! + z[0]! + z[1]! + 0.35 * z[2]! + z[5]!), kelvin(1250)),
  targets: [520, 495],
  tolerance: 0.04,
  baseRecipe: [1250, 800],
  hidden: { wafer: 0.08, chamber: 0.2, product: 0.7 },
  signature: {
    modes: [
      [2, 0, 0.6],
      [1, 1, -0.3],
      [2, 2, 0.2],
    ],
    chamberSigma: 0.25,
    waferSigma: 0.08,
    edge: { percent: 1.5, wearPercent: 0.8, widthMm: 7 },
    field: { sigma: 0.25, lengthMm: 40 },
  },
  station: {
    names: ['FPP-01', 'FPP-02'],
    kind: 'four-point probe',
    plan: 'F49',
    siteNoise: 0.7,
    waferNoise: 0.25,
    matching: 0.4,
    digits: 2,
  },
  loop: { maxStep: 8, quantum: 0.1, deadband: 0.4, lambda: 0.4 },
  maintenance: { clean: 140, pm: 450, consumable: 300, consumableName: 'flash lamp' },
  weakness: { latent: 'lamp', amount: -24, cause: 'flash lamp misfires' },
};
