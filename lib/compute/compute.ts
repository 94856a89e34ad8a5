import type { z } from 'zod';
import { AppError } from '@/lib/errors';
import type { ComputeFunction, Report } from './define';
import { requireMeaning } from './meaning';
import { plain } from './plain';
import { functionAt } from './registry';
import { checkRelations } from './relations';

type Issue = z.core.$ZodIssue;

/** Of the options of a union, the one that came furthest: its faults say what is really wrong. */
function deepest(issue: Issue, before: PropertyKey[] = []): { path: PropertyKey[]; message: string } {
  const path = [...before, ...issue.path];
  if (issue.code !== 'invalid_union') return { path, message: issue.message };
  const options = issue.errors.map((o) => o.map((i) => deepest(i, path))).filter((o) => o.length > 0);
  const best = options.sort((a, b) => b[0]!.path.length - a[0]!.path.length)[0]?.[0];
  return best && best.path.length > path.length ? best : { path, message: best?.message ?? issue.message };
}

function sayMissing(input: unknown, path: readonly PropertyKey[]): boolean {
  let v: unknown = input;
  for (const key of path) {
    if (v === null || typeof v !== 'object' || !(key in v)) return true;
    v = (v as Record<PropertyKey, unknown>)[key];
  }
  return v === undefined;
}

/** The input as the function takes it. @throws AppError `invalid_input` naming the field and the remedy. */
export function parseInput(f: ComputeFunction, input: unknown): unknown {
  const parsed = f.input.safeParse(input);
  if (parsed.success) {
    checkRelations(f, parsed.data as Readonly<Record<string, unknown>>);
    return parsed.data;
  }
  const issues = parsed.error.issues.map((i) => {
    if (i.code === 'unrecognized_keys') {
      const field = [...i.path, i.keys[0]!].join('.');
      return { path: field, message: `is not a known field of ${f.path}; fields are ${Object.keys(f.input.shape).join(', ')}` };
    }
    const { path, message } = deepest(i);
    const missing = path.length > 0 && sayMissing(input, path);
    return { path: path.join('.'), message: missing ? 'is missing; it is needed' : message };
  });
  const first = issues[0]!;
  throw new AppError('invalid_input', `${first.path === '' ? 'the input' : first.path}: ${first.message}`, {
    field: first.path,
    issues,
  });
}

/** Runs a function on an input as it came over the wire; the result is plain JSON. */
export async function compute(path: string, input: unknown, report: Report = () => undefined): Promise<unknown> {
  const f = await functionAt(path);
  return plain(runParsed(f, parseInput(f, input), report));
}

/**
 * Runs a function on a parsed input. Lengths that do not fit together are the sender's fault here, and so is an input that leaves a number of the
 * result without meaning.
 */
export function runParsed(f: ComputeFunction, parsed: unknown, report: Report): unknown {
  try {
    const result = f.run(parsed as never, report);
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
