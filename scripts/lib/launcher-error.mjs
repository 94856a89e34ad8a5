/** A fault that the user can fix: printed as one line, what happened and what to do, never with a stack. */
export class LauncherError extends Error {
  /**
   * @param {string} message - what happened, with the value that caused it
   * @param {string} remedy - what to do now
   */
  constructor(message, remedy) {
    super(message);
    this.name = 'LauncherError';
    this.remedy = remedy;
  }
}

const oneLine = (text) => String(text).replace(/\s+/g, ' ').trim();

/** Known texts in the output of child processes, and what they mean for the user. */
const knownTexts = [
  [/ENOSPC|No space left on device/i, 'the disk is full', 'free some space (the demo needs about 2 GB) and start again'],
  [/EROFS|Read-only file system/i, 'the disk is read-only', 'set DATA_DIR to a folder that can be written'],
  [
    /ENOMEM|Cannot allocate memory|out of memory/i,
    'there is not enough memory',
    'close other programs; the demo needs about 2 GB',
  ],
  [/EMFILE|too many open files/i, 'too many files are open', 'raise the limit with "ulimit -n 4096" and start again'],
  [
    /EACCES|EPERM|permission denied/i,
    'a permission is missing',
    'give yourself the right to the folder, or set DATA_DIR to one you may write to',
  ],
];

/** The trouble behind the output of a child process, or `undefined`. */
export function troubleIn(text, doing) {
  for (const [pattern, what, remedy] of knownTexts) {
    const hit = String(text)
      .split('\n')
      .find((line) => pattern.test(line));
    if (hit) return new LauncherError(`${doing}: ${what} (${oneLine(hit).slice(0, 160)})`, remedy);
  }
  return undefined;
}

/** Any error as one line: message and remedy. `where` names a file with the details, when there is one. */
export function explain(error, where) {
  if (error instanceof LauncherError) return `${oneLine(error.message)}: ${oneLine(error.remedy)}`;
  const code = error?.code;
  const path = error?.path ? ` (${error.path})` : '';
  if (code === 'ENOSPC') return `the disk is full${path}: free some space (the demo needs about 2 GB) and start again`;
  if (code === 'EACCES' || code === 'EPERM')
    return `no permission to ${error.syscall ?? 'use'}${path}: give yourself the right to it, or set DATA_DIR to a folder you may write to`;
  if (code === 'EROFS') return `the disk is read-only${path}: set DATA_DIR to a folder that can be written`;
  return `${oneLine(error?.message ?? error)}: ${where ? `details are in ${where}` : 'please report this with the line above'}`;
}
