/** h·c in eV·nm from the exact SI constants (2019). A rounded 1239.84 moves Tauc–Lorentz values in the fifth digit. */
export const HC_EV_NM = 1239.8419843320025;

/** Degrees of radians. */
export const degrees = (radians: number): number => (radians * 180) / Math.PI;
/** Radians of degrees. */
export const radians = (degrees: number): number => (degrees * Math.PI) / 180;
