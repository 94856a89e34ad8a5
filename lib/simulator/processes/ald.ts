import { aldThickness, arrheniusRatio, kelvin } from '../physics';
import { facilityLatents, facilitySensors, latent, level, type ProcessSpec, total } from '../spec';

const GROWTH = 0.1 / (1 - Math.exp(-3)); // nm per saturated cycle: 0.1 nm at the nominal dose of 3 characteristic doses
const SECONDS_PER_CYCLE = 0.7;
const MAIN = [0, 0, 1, 0];

/**
 * Hafnium oxide by atomic layer deposition. Film = growth per cycle·(cycles − incubation); the precursor's dose saturates
 * the surface (Langmuir) and sinks as the ampoule empties; the growth per cycle falls slightly with temperature.
 * @reference R. L. Puurunen, J. Appl. Phys. 97 (2005) 121301.
 */
export const ald: ProcessSpec = {
  operation: 'ALD-HFO2',
  area: 'DEPOSITION',
  layer: 'GATE',
  description: 'Hafnium oxide gate dielectric, atomic layer deposition',
  kind: 'ALD',
  tools: [
    { tool: 'ALD-01', chambers: ['A', 'B'] },
    { tool: 'ALD-02', chambers: ['A', 'B'] },
  ],
  steps: [
    ['load', 5],
    ['heat', 8],
    ['cycles', 57.4],
    ['purge', 6],
  ],
  mainStep: 2,
  mainSeconds: (x) => x[0]! * SECONDS_PER_CYCLE,
  dt: 1,
  knobs: [
    { name: 'cycles', unit: '1', min: 50, max: 110, quantum: 1 },
    { name: 'chamber_temp', unit: 'degC', min: 260, max: 340, quantum: 0.1 },
  ],
  latents: [
    latent('dose', '%', 2, { wear: { counter: 'consumable', amount: -9, life: 260 } }),
    latent('temperature', 'K', 1.1, { first: -2 }),
    latent('oxidant', '%', 0.9),
    latent('purge', '%', 1.2),
    latent('wall', '%', 0.1, { run: 0.5, chamber: 7, wear: { counter: 'pm', amount: 20, life: 420 } }),
    ...facilityLatents(),
  ],
  sensors: [
    level('precursor_pulse_pressure', 'Pa', 2, 42, 0.5, { dose: 0.42 }, { activity: MAIN }),
    level('precursor_pulse_area', 'Pa.s', 3, 4.2, 0.06, { dose: 0.042 }, { activity: MAIN }),
    level('ampoule_temp', 'degC', 2, 78, 0.08, { dose: 0.05 }),
    level('ampoule_pressure', 'Pa', 1, 320, 2.5, { dose: 3.1 }),
    level('ampoule_weight', 'g', 1, 840, 1, { dose: 12 }),
    level('carrier_flow', 'sccm', 1, 150, 0.6, { dose: 0.5 }, { activity: [0.5, 0.5, 1, 0.5] }),
    level('valve_open_time', 'ms', 2, 60, 0.25, { dose: 0.25 }, { activity: MAIN }),
    level('ozone_concentration', 'g/m3', 1, 220, 0.9, { oxidant: 2.2 }, { activity: MAIN, off: 5 }),
    level('ozone_flow', 'sccm', 1, 500, 2, { oxidant: 2.5 }, { activity: MAIN }),
    level('ozone_power', 'W', 1, 640, 3, { oxidant: 4 }, { activity: MAIN, off: 200 }),
    level('oxidant_pulse_pressure', 'Pa', 2, 60, 0.5, { oxidant: 0.6 }, { activity: MAIN }),
    level('purge_flow', 'sccm', 1, 1200, 5, { purge: 12 }, { off: 400, activity: [0, 0.6, 1, 1] }),
    level('purge_pressure', 'Pa', 1, 110, 0.7, { purge: 0.9 }, { off: 30, activity: [0, 0.6, 1, 1] }),
    level('throttle_position', '%', 2, 44, 0.15, { purge: 0.2 }),
    level('chamber_pressure', 'Pa', 1, 133, 0.7, { purge: 0.4 }, { off: 20, activity: [0, 0.8, 1, 0.9], tau: 1.5 }),
    level('chamber_temp_1', 'degC', 2, 300, 0.45, { temperature: 1 }, { off: 292, activity: [0.3, 0.9, 1, 1], tau: 3 }),
    level('chamber_temp_2', 'degC', 2, 301, 0.5, { temperature: 1.02 }, { off: 292, activity: [0.3, 0.9, 1, 1], tau: 3 }),
    level('pedestal_temp', 'degC', 2, 305, 0.5, { temperature: 0.95 }, { off: 297, activity: [0.3, 0.9, 1, 1], tau: 3 }),
    level('heater_power', '%', 2, 38, 0.2, { temperature: 0.2 }, { activity: [1, 1.3, 1, 0.9], tau: 2 }),
    level('lid_temp', 'degC', 2, 150, 0.15, { temperature: 0.1 }),
    level('showerhead_temp', 'degC', 2, 160, 0.15, { wall: 0.15 }),
    level('wall_coating_monitor', 'um', 3, 2, 0.02, { wall: 0.1 }),
    level('residual_gas_m44', 'nA', 3, 1.6, 0.02, { wall: 0.03, oxidant: 0.01 }, { activity: MAIN, off: 0.2 }),
    level('residual_gas_m18', 'nA', 3, 0.9, 0.015, { wall: 0.02 }, { off: 0.2 }),
    level('qcm_rate', 'pm/cycle', 2, 100, 1.3, { dose: 0.157, temperature: -0.15, oxidant: 0.3, wall: 1 }, { activity: MAIN }),
    level('qcm_temp', 'degC', 2, 122, 0.1),
    level('foreline_pressure', 'Pa', 2, 35, 0.3, { purge: 0.3 }),
    level('pump_speed', 'rpm', 0, 5400, 6),
    level('scrubber_ph', 'pH', 2, 7.4, 0.02),
    total('cycle_counter', '1', 0, 1 / SECONDS_PER_CYCLE, 0),
    total('qcm_thickness', 'nm', 4, 0.1 / SECONDS_PER_CYCLE, 0.015, {
      dose: 0.00157,
      temperature: -0.0016,
      oxidant: 0.0035,
      purge: -0.0012,
      wall: 0.01,
    }),
    total('ozone_total', 'scc', 2, 500 / 60, 0.1, { oxidant: 0.005 }),
    total('purge_total', 'scc', 1, 20, 0.3, { purge: 0.01 }),
    total('rga_integral', 'nC', 3, 1.6, 0.05, { wall: 0.0187, oxidant: 0.00625 }),
    total('precursor_total', 'mg', 3, 0.9, 0.02, { dose: 0.01 }),
    ...facilitySensors(),
  ],
  parameter: 'hfo2_thickness',
  parameterDescription: 'Hafnium oxide thickness',
  unit: 'nm',
  output: (x, z) =>
    aldThickness(GROWTH, 3 * (1 + z[0]! / 100), x[0]!, 2) *
    arrheniusRatio(-0.045, kelvin(x[1]! + z[1]!), kelvin(300)) *
    (1 + z[2]! / 100) ** 0.35 *
    (1 - 0.0012 * z[3]!) *
    (1 + z[4]! / 100),
  targets: [8, 7.2],
  tolerance: 0.05,
  baseRecipe: [82, 300],
  hidden: { wafer: 0.1, chamber: 0.12, product: 0.9 },
  signature: {
    modes: [
      [2, 0, -0.5],
      [1, 1, 0.3],
    ],
    chamberSigma: 0.2,
    waferSigma: 0.08,
    edge: { percent: -0.8, wearPercent: -0.5, widthMm: 8 },
    field: { sigma: 0.15, lengthMm: 50 },
  },
  station: {
    names: ['ELL-01', 'ELL-02'],
    kind: 'ellipsometer',
    plan: 'F13',
    siteNoise: 0.012,
    waferNoise: 0.006,
    matching: 0.005,
    digits: 4,
  },
  loop: { maxStep: 4, quantum: 1, deadband: 0.6, lambda: 0.4 },
  maintenance: { clean: 140, pm: 420, consumable: 260, consumableName: 'precursor ampoule' },
  weakness: { latent: 'oxidant', amount: -16, cause: 'ozone generator loses a cell' },
};
