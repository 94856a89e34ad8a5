import type { z } from 'zod';
import { AppError } from '@/lib/errors';
import { parsed, type Told } from '@/lib/formats/parsed';
import { log } from '@/lib/log';
import { type By, mayAs, type RoleName } from './actor';

/** What every verb gets besides its input: the caller, the clock, and the id of the request in the log, null outside of a request. */
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

/** The machine itself (a seed, a command on the server), which may do everything. */
export const asMachine = (name: string): Ctx => askedBy({ email: name, role: 'administrator' }, null);

interface Rule<S extends z.ZodType> extends Told {
  /** "chart.change": entity and action. */
  readonly name: string;
  readonly least: RoleName;
  readonly input: S;
}

/** A command of a person, with its name and the role it needs. */
export interface Verb<I, R> {
  (ctx: Ctx, input: I): Promise<R>;
  readonly name: string;
  readonly least: RoleName;
  /** For an endpoint that refuses before it reads a long body. @throws AppError `forbidden`. */
  readonly allow: (by: By) => void;
}

/**
 * Makes a verb: check the role, parse the input, do the work, in this order for all verbs. The work begins with what must happen outside of a
 * transaction; the change and its line in the audit trail are one transaction.
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

/** Input from outside on its way to a verb, which parses it, so any type will do. */
export const asSent = (input: unknown): never => input as never;
