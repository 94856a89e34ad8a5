/** Page on which a user replaces a password that an administrator set. */
export const NEW_PASSWORD = '/new-password';

/** Where a relative address leads to is read against this; a path that stays on it is one of ours. */
const BASE = 'http://driftless.invalid';

/** The way back after sign-in: only a path of this site ("/x?y"), else "/". No second slash, backslash, control character or broken escape. */
export function safeNext(next: string | null | undefined): string {
  if (!next || next.length > 2_000 || !/^\/(?![/\\])/.test(next) || /[\\\p{Cc}\p{Surrogate}]/u.test(next)) return '/';
  try {
    if (/\p{Cc}/u.test(decodeURIComponent(next))) return '/';
    const url = new URL(next, BASE);
    // A path that resolves to "//host" (as "/.//host" does) would leave when it is resolved again.
    return url.origin === BASE && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}${url.hash}` : '/';
  } catch {
    return '/';
  }
}
