import { checkRunToRun, type RunToRunConfig } from '@/lib/control';
import { AppError } from '@/lib/errors';

/** Where a configuration stands: the loop, and what goes before the name of the field in a message. */
export interface ConfigPlace {
  readonly loop: string;
  /** "loops.3.config."; empty where the loop is all there is to say. */
  readonly prefix?: string;
  /** What to do, after the message. */
  readonly remedy?: string;
}

/**
 * `checkRunToRun` with the loop named: the one check of a configuration that a document brings, a change makes, or an older row still holds.
 * @throws AppError `invalid_input` with `details.field`, `details.loop` and, with a prefix, `details.path`.
 */
export function checkLoopConfig(config: RunToRunConfig, { loop, prefix = '', remedy }: ConfigPlace): void {
  const e = configProblem(config);
  if (e === null) return;
  throw new AppError(e.code, `${prefix}${e.message} (loop "${loop}")${remedy === undefined ? '' : `; ${remedy}`}`, {
    ...e.details,
    loop,
    ...(prefix === '' ? {} : { path: `${prefix}${String(e.details['field'])}` }),
  });
}

/** Why a configuration cannot work; null: it can. */
export function configProblem(config: RunToRunConfig): AppError | null {
  try {
    checkRunToRun(config);
    return null;
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    return e;
  }
}
