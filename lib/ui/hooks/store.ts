/** A value that parts of a page read by `useSyncExternalStore`. */
export interface Store<T> {
  readonly get: () => T;
  /** The value of the first paint, before the page has come to life. */
  readonly initial: () => T;
  readonly subscribe: (changed: () => void) => () => void;
  readonly set: (value: T) => void;
}

/**
 * Values that change by themselves (the clock, the event stream) stand in a store whose context never changes: a context that changes while
 * a page streams in makes React render what has not arrived anew in the browser, and leave the server's half behind.
 */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    initial: () => initial,
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    set: (next) => {
      value = next;
      for (const l of listeners) l();
    },
  };
}
