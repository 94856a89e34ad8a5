import { checkRunToRun, type RunToRunConfig } from '@/lib/control';
import { AppError } from '@/lib/errors';

/** Where a configuration comes from: the loop, and the prefix of the field in a message. */
export interface ConfigPlace {
  readonly loop: string;
  /** "loops.3.config."; empty where the loop says it all. */
  readonly prefix?: string;
  /** What to do, after the message. */
  readonly remedy?: string;
}

/**
 * `checkRunToRun` with the loop named: the one check of a configuration from a document, from a change or from an older row.
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
