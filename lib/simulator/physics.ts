import { AppError } from '@/lib/errors';

/** Boltzmann constant, eV/K; Faraday constant, C/mol; gas constant, J/(mol K). CODATA 2018, exact or derived from exact values. */
export const BOLTZMANN_EV = 8.617333262e-5;
export const FARADAY = 96485.33212;
export const GAS_CONSTANT = 8.314462618;
/** Molar mass g/mol (IUPAC), density g/cm³ (CRC Handbook, 20 °C) and electrons per ion of copper from Cu²⁺. */
export const COPPER = { molarMass: 63.546, density: 8.96, electrons: 2 } as const;

/** Degrees Celsius to kelvin. */
export const kelvin = (celsius: number): number => celsius + 273.15;

/**
 * Ratio of a thermally activated rate at T to the rate at Tref: exp(−(Ea/k)·(1/T − 1/Tref)).
 * @param eaEv - apparent activation energy, eV. @param tK, tRefK - temperatures, K, > 0. NaN propagates.
 * @reference S. Arrhenius, Z. Phys. Chem. 4 (1889) 226.
 */
export function arrheniusRatio(eaEv: number, tK: number, tRefK: number): number {
  return Math.exp((-eaEv / BOLTZMANN_EV) * (1 / tK - 1 / tRefK));
}

/**
 * Removal of chemical-mechanical polishing, Preston: H = Kp·P·V·t.
 * @param kp - Preston coefficient, nm/(kPa·m). @param pressureKpa - kPa. @param velocity - m/s. @param timeS - s.
 * @returns nm. NaN propagates.
 * @reference F. W. Preston, J. Soc. Glass Technol. 11 (1927) 214.
 */
export function prestonRemoval(kp: number, pressureKpa: number, velocity: number, timeS: number): number {
  return kp * pressureKpa * velocity * timeS;
}

export interface ElectrodeKinetics {
  /** Exchange current density, A/cm². */
  readonly i0: number;
  readonly alphaAnodic: number;
  readonly alphaCathodic: number;
}

/**
 * Cathodic current density by Butler–Volmer: j = i0·[exp(αc·F·η/RT) − exp(−αa·F·η/RT)].
 * @param eta - cathodic overpotential (taken positive), V. @param tK - bath temperature, K.
 * @returns A/cm², positive when metal is deposited. NaN propagates.
 * @reference Bard & Faulkner, Electrochemical Methods, 2nd ed. (2001), eq. 3.4.11 (activation control, no mass-transfer limit).
 */
export function butlerVolmer(k: ElectrodeKinetics, eta: number, tK: number): number {
  const f = FARADAY / (GAS_CONSTANT * tK);
  return k.i0 * (Math.exp(k.alphaCathodic * f * eta) - Math.exp(-k.alphaAnodic * f * eta));
}

export interface CellCurrent {
  /** A/cm². */
  readonly j: number;
  readonly status: 'converged' | 'max_iterations';
  readonly iterations: number;
  /** Applied potential less overpotential and ohmic drop, V. */
  readonly residual: number;
}

/** Newton stops at 1e-12 V: far below any sensor, far above rounding (1e-16 V). */
const POTENTIAL_TOLERANCE = 1e-12;

/**
 * Current of a cell whose applied overpotential is shared by the electrode and the series resistance: V = η + R·j(η),
 * solved for η by Newton's method from above (the function is increasing and, for η > 0, its curvature keeps one sign).
 * @param appliedV - V, >= 0. @param resistance - area resistance of seed, contact and bath, ohm·cm².
 */
export function cellCurrent(k: ElectrodeKinetics, appliedV: number, resistance: number, tK: number): CellCurrent {
  const f = FARADAY / (GAS_CONSTANT * tK);
  let eta = appliedV;
  let j = butlerVolmer(k, eta, tK);
  let residual = appliedV - eta - resistance * j;
  for (let iterations = 1; iterations <= 50; iterations++) {
    const dj =
      k.i0 * f * (k.alphaCathodic * Math.exp(k.alphaCathodic * f * eta) + k.alphaAnodic * Math.exp(-k.alphaAnodic * f * eta));
    eta += residual / (1 + resistance * dj);
    j = butlerVolmer(k, eta, tK);
    residual = appliedV - eta - resistance * j;
    if (Math.abs(residual) < POTENTIAL_TOLERANCE) return { j, status: 'converged', iterations, residual };
  }
  return { j, status: 'max_iterations', iterations: 50, residual };
}

/**
 * Copper plated by a current density in a time, Faraday: h = M·j·t·ε/(n·F·ρ).
 * @param j - A/cm². @param timeS - s. @param efficiency - current efficiency, 0..1.
 * @returns nm. NaN propagates. @reference M. Faraday, Phil. Trans. 124 (1834) 77; constants `COPPER`.
 */
export function platedCopper(j: number, timeS: number, efficiency: number): number {
  return (1e7 * COPPER.molarMass * j * timeS * efficiency) / (COPPER.electrons * FARADAY * COPPER.density);
}

export interface BossungCurve {
  /** CD at nominal dose and best focus, nm. */
  readonly cd: number;
  /** −dCD/d(ln E) at nominal dose, nm. */
  readonly latitude: number;
  readonly dose: number;
  /** Curvature through focus at nominal dose (nm/µm²), and its change with relative dose. */
  readonly curvature: number;
  readonly curvatureDose: number;
}

/**
 * Line width against dose and focus: CD = CD0 + S·(E0/E − 1) + (B0 + B1·(E0/E − 1))·F².
 * The even, dose-dependent focus term gives the Bossung family of curves.
 * @param dose - mJ/cm², > 0. @param focusUm - distance from best focus, µm.
 * @returns nm. @throws AppError `out_of_domain` when the dose is not positive: check the recipe.
 * @reference J. W. Bossung, Proc. SPIE 100 (1977) 80; C. A. Mack, Fundamental Principles of Optical Lithography (2007), §8.3
 * (the physics-based expansion in 1/E and F², cut after its first terms).
 */
export function bossungCd(c: BossungCurve, dose: number, focusUm: number): number {
  if (!(dose > 0)) throw new AppError('out_of_domain', `dose is ${dose} mJ/cm2; it must be positive`, { dose });
  const e = c.dose / dose - 1;
  return c.cd + c.latitude * e + (c.curvature + c.curvatureDose * e) * focusUm * focusUm;
}

/**
 * Film grown by self-limiting cycles: h = G·(1 − exp(−D))·(N − N0), Langmuir saturation with dose D in units of the
 * characteristic dose, N0 cycles lost to incubation.
 * @returns nm; 0 for fewer cycles than the incubation needs.
 * @reference R. L. Puurunen, J. Appl. Phys. 97 (2005) 121301, §II (irreversible saturating adsorption).
 */
export function aldThickness(growthPerCycleNm: number, relativeDose: number, cycles: number, incubation: number): number {
  return growthPerCycleNm * (1 - Math.exp(-relativeDose)) * Math.max(0, cycles - incubation);
}
