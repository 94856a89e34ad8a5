import { AppError } from '.';

/**
 * Refuses to overwrite a change that somebody else made meanwhile.
 * @param what - "the chart". @param seen - the version that the person saw.
 * @throws AppError `precondition_failed`.
 */
export function requireCurrentVersion(what: string, version: number, seen: number): void {
  if (version !== seen)
    throw new AppError(
      'precondition_failed',
      `${what} is at version ${version} by now, you saw ${seen}; look at the change first`,
    );
}
