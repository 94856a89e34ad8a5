import { AppError } from '@/lib/errors';
import { parsed } from '@/lib/formats/parsed';
import type { ComputeFunction, Report } from './define';
import { requireMeaning } from './meaning';
import { plain } from './plain';
import { functionAt } from './registry';
import { checkRelations } from './relations';

/** The input as the function takes it. @throws AppError `invalid_input` naming the field and the remedy. */
export function parseInput(f: ComputeFunction, input: unknown): unknown {
  const given = parsed(f.input, input, { fields: `${f.path}; fields are ${Object.keys(f.input.shape).join(', ')}` });
  checkRelations(f, given as Readonly<Record<string, unknown>>);
  return given;
}

/** Runs a function on an input as received; the result is plain JSON. */
export async function compute(path: string, input: unknown, report: Report = () => undefined): Promise<unknown> {
  const f = await functionAt(path);
  return plain(runParsed(f, parseInput(f, input), report));
}

/**
 * Runs a function on a parsed input. Lengths that do not match are the sender's fault here, and so is an input that leaves a number of the result
 * undefined.
 */
export function runParsed(f: ComputeFunction, input: unknown, report: Report): unknown {
  try {
    const result = f.run(input as never, report);
    requireMeaning(f.path, result, f.gaps);
    return result;
  } catch (e) {
    if (e instanceof AppError && e.code === 'dimension_mismatch')
      throw new AppError('invalid_input', e.message, e.details, { cause: e });
    if (e instanceof RangeError && /array|buffer|allocation/i.test(e.message))
      throw new AppError(
        'out_of_domain',
        `${f.path} would need a list of more values than there can be (${e.message}); a number of the input is too large`,
        {},
        { cause: e },
      );
    throw e;
  }
}
