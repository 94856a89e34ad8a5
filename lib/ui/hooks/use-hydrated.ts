import { useSyncExternalStore } from 'react';

const never = (): (() => void) => () => {};

/** False on the server and for the first rendering in the browser: for what is drawn from data that the page carries anyway, and is large. */
export const useHydrated = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
