export { asBuffer, asFloat32 } from './blobs';
export { bulkInsert } from './bulk';
export { digestId, recordId } from './ids';
export { type Listener, listen } from './listen';
export { closePool, type Db, db, perDatabase, pool, type Tx, transaction } from './pool';
export { prisma } from './prisma';
export type { RowOf } from './row';
export { type Sql, sql, where } from './sql';
