export * from './mpc';
export * from './r2r';
export * from './run-to-run';
export * from './thread';
