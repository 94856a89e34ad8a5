export * from './informative-runs';
export * from './mpc';
export * from './r2r';
export * from './run-to-run';
export * from './run-to-run-config';
export * from './run-to-run-faults';
export * from './thread';
