/** Only the newest of several questions is answered on screen, in whichever order the answers come; an older one gives null. */
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
