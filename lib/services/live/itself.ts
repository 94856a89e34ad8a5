/** Events that Driftless makes itself have no author. */
export const ITSELF = 'Driftless';
