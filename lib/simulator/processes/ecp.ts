import { cellCurrent, kelvin, platedCopper } from '../physics';
import { facilityLatents, facilitySensors, latent, level, type ProcessSpec, total } from '../spec';

// Kinetics of Cu2+/Cu with additives, of the size of Mattsson & Bockris (1959); series resistance of seed, contact and bath.
const I0 = 0.0012;
const ALPHA_A = 1.5;
const ALPHA_C = 0.5;
const RESISTANCE = 2;
const APPLIED = 0.1856; // V: 20 mA/cm² at 25 °C
const BATH = kelvin(25);
const MAIN = [0, 0.1, 1, 0];

/**
 * Copper electroplating at constant potential. The current follows Butler–Volmer with ohmic drop, the film Faraday's law.
 * @reference E. Mattsson & J. O'M. Bockris, Trans. Faraday Soc. 55 (1959) 1586 (transfer coefficients 0.5 and 1.5).
 */
export const ecp: ProcessSpec = {
  operation: 'ECP-CU',
  area: 'PLATING',
  layer: 'M1-FILL',
  description: 'Copper fill, electrochemical plating',
  kind: 'ECP',
  tools: [
    { tool: 'ECP-01', chambers: ['1', '2', '3', '4'] },
    { tool: 'ECP-02', chambers: ['1', '2', '3'] },
  ],
  steps: [
    ['wet', 4],
    ['entry', 4],
    ['plate', 68],
    ['rinse', 6],
  ],
  mainStep: 2,
  mainSeconds: (x) => x[0]!,
  dt: 1.2,
  knobs: [
    { name: 'plating_time', unit: 's', min: 48, max: 88, quantum: 0.05 },
    { name: 'overpotential', unit: 'mV', min: 120, max: 260, quantum: 0.1 },
    { name: 'bath_temp', unit: 'degC', min: 20, max: 30, quantum: 0.1 },
  ],
  latents: [
    latent('bath_temp', 'K', 0.14, { first: -1 }),
    latent('potential', 'mV', 0.5),
    latent('copper', '%', 0.5, { run: 0.5, lot: 0.8, wear: { counter: 'clean', amount: -3, life: 150 } }),
    latent('additive', '%', 0.8, { run: 0.6, lot: 1 }),
    latent('contact', '%', 0.8, { wear: { counter: 'consumable', amount: 9, life: 280 } }),
    latent('efficiency', '%', 0.12, { run: 0.4, chamber: 2 }),
    ...facilityLatents(),
  ],
  sensors: [
    level(
      'cell_current',
      'A',
      3,
      14.1,
      0.05,
      { bath_temp: 0.083, potential: 0.154, copper: 0.04, additive: 0.055, contact: -0.062 },
      { activity: MAIN },
    ),
    level(
      'supply_current',
      'A',
      3,
      14.12,
      0.06,
      { bath_temp: 0.083, potential: 0.154, copper: 0.04, additive: 0.055, contact: -0.062 },
      { activity: MAIN },
    ),
    level('cell_voltage', 'V', 4, 1.86, 0.004, { potential: 0.001, contact: 0.006 }, { activity: MAIN, off: 0.05 }),
    level('reference_potential', 'mV', 2, 185.6, 0.4, { potential: 1 }, { activity: MAIN }),
    level('supply_setpoint_error', 'mV', 3, 0.5, 0.1, { potential: 0.15 }, { activity: MAIN }),
    level('contact_resistance', 'mohm', 3, 18, 0.1, { contact: 0.2 }, { activity: MAIN, off: 2 }),
    level('contact_spread', 'mohm', 3, 1.6, 0.03, { contact: 0.04 }, { activity: MAIN, off: 0.1 }),
    level('edge_voltage_drop', 'mV', 2, 36, 0.3, { contact: 0.36, potential: 0.05 }, { activity: MAIN }),
    level('bath_temp', 'degC', 3, 25, 0.05, { bath_temp: 1 }),
    level('inlet_temp', 'degC', 3, 24.9, 0.06, { bath_temp: 1 }),
    level('heat_exchanger_temp', 'degC', 3, 24.2, 0.07, { bath_temp: 0.9 }),
    level('copper_concentration', 'g/l', 3, 40, 0.12, { copper: 0.4 }),
    level('bath_density', 'g/ml', 4, 1.12, 0.0012, { copper: 0.0022 }),
    level('bath_absorbance', 'a.u.', 4, 0.8, 0.004, { copper: 0.008 }),
    level('acid_concentration', 'g/l', 2, 10, 0.05),
    level('chloride', 'mg/l', 2, 50, 0.3),
    level('accelerator_cvs', 'ml/l', 3, 9, 0.05, { additive: 0.09 }),
    level('suppressor_cvs', 'ml/l', 3, 2, 0.02, { additive: -0.016 }),
    level('leveller_cvs', 'ml/l', 3, 3, 0.03, { additive: 0.02 }),
    level('depolarisation', 'mV', 2, 12, 0.15, { additive: 0.22 }, { activity: MAIN }),
    level('bath_conductivity', 'mS/cm', 2, 62, 0.2, { bath_temp: 0.9, copper: 0.12 }),
    level('anode_current', 'A', 3, 14.0, 0.08, { efficiency: 0.14, potential: 0.12 }, { activity: MAIN }),
    level('anode_film_voltage', 'mV', 2, 220, 0.8, { efficiency: 2.4 }, { activity: MAIN }),
    level('oxygen_dissolved', 'mg/l', 3, 4.2, 0.03, { efficiency: -0.12 }),
    level('flow_rate', 'l/min', 2, 16, 0.06),
    level('flow_pressure', 'kPa', 2, 48, 0.2),
    level('wafer_rotation', 'rpm', 1, 24, 0.1, {}, { activity: [1, 1, 1, 4] }),
    level('clamshell_torque', 'N.m', 3, 1.2, 0.01),
    level('entry_angle', 'deg', 2, 3, 0.02, {}, { activity: [0.2, 1, 0, 0] }),
    level('filter_pressure_drop', 'kPa', 2, 22, 0.15),
    level('bath_level', 'mm', 1, 310, 0.4),
    total('charge', 'A.s', 2, 14.1, 0.1, {
      bath_temp: 0.0059,
      potential: 0.0109,
      copper: 0.0028,
      additive: 0.0039,
      contact: -0.0044,
    }),
    total('eddy_thickness', 'nm', 2, 7.28, 1, {
      bath_temp: 0.0059,
      potential: 0.0109,
      copper: 0.0028,
      additive: 0.0039,
      contact: -0.0044,
      efficiency: 0.01,
    }),
    total('plating_energy', 'kJ', 4, 0.0262, 0.002, { potential: 0.0115, contact: -0.001, additive: 0.0039 }),
    total('wafer_turns', '1', 2, 0.4, 0.02),
    total('step_timer', 's', 2, 1, 0.01),
    ...facilitySensors(),
  ],
  parameter: 'copper_thickness',
  parameterDescription: 'Plated copper thickness',
  unit: 'nm',
  output: (x, z) => {
    const i0 = I0 * (1 + z[2]! / 100) ** 0.5 * (1 + z[3]! / 100) ** 0.7;
    const kinetics = { i0, alphaAnodic: ALPHA_A, alphaCathodic: ALPHA_C };
    const volts = (x[1]! / 185.6) * APPLIED + z[1]! / 1000;
    // Exchange current and diffusivity rise with temperature: about 1.3 % per kelvin beside the factor in the exponent.
    const tK = kelvin(x[2]! + z[0]!);
    const cell = cellCurrent({ ...kinetics, i0: i0 * (1 + 0.02 * (tK - BATH)) }, volts, RESISTANCE * (1 + z[4]! / 100), tK);
    return platedCopper(cell.j, x[0]!, 0.98 * (1 + z[5]! / 100));
  },
  targets: [500, 450],
  tolerance: 0.05,
  baseRecipe: [68, 185.6, 25],
  hidden: { wafer: 0.1, chamber: 0.18, product: 0.8 },
  signature: {
    modes: [
      [2, 0, 1.2],
      [4, 0, -0.3],
      [1, 1, 0.2],
    ],
    chamberSigma: 0.3,
    waferSigma: 0.1,
    edge: { percent: 2, wearPercent: 1.2, widthMm: 5 },
    field: { sigma: 0.25, lengthMm: 35 },
  },
  station: {
    names: ['PSS-01', 'PSS-02'],
    kind: 'picosecond ultrasonics',
    plan: 'F13',
    siteNoise: 0.8,
    waferNoise: 0.3,
    matching: 0.4,
    digits: 2,
  },
  loop: { maxStep: 3, quantum: 0.05, deadband: 0.15, lambda: 0.4 },
  maintenance: { clean: 150, pm: 500, consumable: 280, consumableName: 'contact ring' },
  weakness: { latent: 'potential', amount: -11, cause: 'reference electrode drifts' },
};
