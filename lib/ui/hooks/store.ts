/** A value that parts of a page read by `useSyncExternalStore`. */
export interface Store<T> {
  readonly get: () => T;
  /** The value of the first paint, before hydration. */
  readonly initial: () => T;
  readonly subscribe: (changed: () => void) => () => void;
  readonly set: (value: T) => void;
}

/**
 * Values that change by themselves (the clock, the event stream) live in a store whose context never changes: a context that changes while a page
 * streams in makes React render the missing part again in the browser and discard the server's.
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
