/** Versions in the order in which they begin, each in force until the next does; `key` names when. */
type Beginning<K extends string> = Readonly<Record<K, number>>;

/** Which version is in force at a moment: the last one that had begun; below 0 before the first. */
export const inForceIndex = <K extends string>(versions: readonly Beginning<NoInfer<K>>[], key: K, at: number): number =>
  versions.findLastIndex((v) => v[key] <= at);

/** The version in force at a moment; undefined before the first. */
export const inForceAt = <K extends string, V extends Beginning<NoInfer<K>>>(
  versions: readonly V[],
  key: K,
  at: number,
): V | undefined => versions[inForceIndex(versions, key, at)];

/** The versions that had begun by a moment. */
export const begunBy = <K extends string, V extends Beginning<NoInfer<K>>>(versions: readonly V[], key: K, at: number): V[] =>
  versions.slice(0, inForceIndex(versions, key, at) + 1);
