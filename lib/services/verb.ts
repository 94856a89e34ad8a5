import type { z } from 'zod';
import { AppError } from '@/lib/errors';
import { parsed, type Told } from '@/lib/formats/parsed';
import { log } from '@/lib/log';
import { type By, mayAs, type RoleName } from './actor';

/** What every verb is given besides its input: who asks, the time, and the request by which the log finds it; null outside of one. */
export interface Ctx {
  readonly by: By;
  /** Epoch ms. */
  readonly now: () => number;
  readonly requestId: string | null;
}

/** The time of a ctx as a verb stores it: the clock by which the verb also decides. */
export const timeOf = (ctx: Ctx): Date => new Date(ctx.now());

/** The ctx of a request, by the clock of this machine. */
export const askedBy = (by: By, requestId: string | null): Ctx => ({ by, now: Date.now, requestId });

/** The machine itself (a seed, a command on the server), which may do all. */
export const asMachine = (name: string): Ctx => askedBy({ email: name, role: 'administrator' }, null);

interface Rule<S extends z.ZodType> extends Told {
  /** "chart.change": thing and act. */
  readonly name: string;
  readonly least: RoleName;
  readonly input: S;
}

/** A command of a person. It says by itself what it is called and who may. */
export interface Verb<I, R> {
  (ctx: Ctx, input: I): Promise<R>;
  readonly name: string;
  readonly least: RoleName;
  /** For a door that refuses before it reads a long body. @throws AppError `forbidden`. */
  readonly allow: (by: By) => void;
}

/**
 * Makes a verb: who may, then what is asked, then the work, in this order and for all alike. What must happen outside of a transaction comes first
 * in the work; what it changes and the line of the audit trail are one transaction.
 * @throws AppError of the verb: `forbidden` for a role below the least, whatever the input is; `invalid_input` with `details.field`; what the work throws.
 */
export function verb<S extends z.ZodType, R>(
  rule: Rule<S>,
  work: (ctx: Ctx, input: z.output<S>) => Promise<R>,
): Verb<z.input<S>, R> {
  const { name, least, input: schema, names, ...told } = rule;
  const allow = (by: By): void => {
    if (!mayAs(by.role, least))
      throw new AppError('forbidden', `this needs the role ${least}; ${by.email} is ${by.role}. Ask an administrator`);
  };
  const run = async (ctx: Ctx, input: z.input<S>): Promise<R> => {
    allow(ctx.by);
    const result = await work(ctx, parsed(schema, input, { ...told, names: { reason: 'Reason', ...names } }));
    if (ctx.requestId !== null) log().info({ requestId: ctx.requestId, verb: name, by: ctx.by.email }, 'done');
    return result;
  };
  return Object.defineProperties(run, { name: { value: name }, least: { value: least }, allow: { value: allow } }) as Verb<
    z.input<S>,
    R
  >;
}

/** What came from outside, on its way to a verb. Any type will do: the verb parses it. */
export const asSent = (input: unknown): never => input as never;
