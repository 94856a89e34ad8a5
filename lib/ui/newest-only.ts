/** Lets only the newest of several requests through, in whatever order the answers arrive; older ones give null. */
export function newestOnly(): <T>(ask: () => Promise<T>) => Promise<T | null> {
  let last = 0;
  return async (ask) => {
    const mine = ++last;
    try {
      const answer = await ask();
      return mine === last ? answer : null;
    } catch (e) {
      if (mine === last) throw e;
      return null;
    }
  };
}
