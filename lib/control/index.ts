export * from './mpc';
export * from './r2r';
export * from './run-to-run';
export * from './run-to-run-config';
export * from './run-to-run-faults';
export * from './teaches';
export * from './thread';
