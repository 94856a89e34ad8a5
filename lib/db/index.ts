export { asBuffer, asFloat32 } from './blobs';
export { bulkInsert, type ColumnType, type TableSpec } from './bulk';
export { digestId, recordId } from './ids';
export { type Listener, listen } from './listen';
export { closePool, type Db, db, inTransaction, perDatabase, pool, type Tx, transaction } from './pool';
export { prisma } from './prisma';
export { float8Array, type Sql, sql, where } from './sql';
