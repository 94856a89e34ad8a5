/**
 * Bodies that are small on the wire and huge when they are read: what they hold, the headers they come with, and the body before it is zipped.
 * @type {readonly (readonly [string, Record<string, string>, () => Buffer])[]}
 */
export const BOMBS = (() => {
  const ndjson = { 'content-type': 'application/x-ndjson' };
  return [
    ['empty lists', {}, () => Buffer.from(`[${'[],'.repeat(22_000_000)}[]]`)],
    ['empty lists in a record', {}, () => Buffer.from(`[{"key":"x","a":[${'[],'.repeat(20_000_000)}[]]}]`)],
    ['empty objects in records', {}, () => Buffer.from(`{"records":[${'{},'.repeat(20_000_000)}{}]}`)],
    ['numbers', {}, () => Buffer.from(`[{"a":[${'1,'.repeat(30_000_000)}1]}]`)],
    ['deep lists', {}, () => Buffer.from('['.repeat(60_000_000))],
    ['deep objects', {}, () => Buffer.from('{"a":'.repeat(12_000_000))],
    ['empty lines', ndjson, () => Buffer.alloc(255_000_000, '\n')],
    ['empty lists in a line', ndjson, () => Buffer.from(`[${'[],'.repeat(5_000_000)}[]]\n`.repeat(3))],
    ['lines of nothing', ndjson, () => Buffer.from('{}\n'.repeat(5_000_000))],
    ['one long line', ndjson, () => Buffer.alloc(600_000_000, ' ')],
  ];
})();
