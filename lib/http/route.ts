import { randomUUID } from 'node:crypto';
import { ERROR_CODES, toAppError } from '@/lib/errors';
import { log } from '@/lib/log';

/** problem+json (RFC 9457) with a request id; details of internal errors stay in the log. */
export function problem(e: unknown, requestId: string): Response {
  const err = toAppError(e);
  const row = ERROR_CODES[err.code];
  const { results: _long, ...details } = err.details; // the sender gets every record's result, the log how many there were
  log()[row.log]({ requestId, code: err.code, details, err: row.status >= 500 ? (err.cause ?? err) : undefined }, err.message);
  const hidden = row.status >= 500 && err.code !== 'dependency_unavailable';
  const body = {
    type: `about:blank#${err.code}`,
    title: row.title,
    status: row.status,
    code: err.code,
    detail: hidden ? 'Something went wrong on this side; the request id finds it in the log.' : err.message,
    ...(hidden ? {} : { details: err.details }),
    requestId,
  };
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (row.retry) headers['retry-after'] = '5';
  // The rest of a body that was given up is not read: the connection cannot be used again.
  if (err.code === 'payload_too_large' || err.code === 'time_limit') headers['connection'] = 'close';
  return Response.json(body, { status: row.status, headers });
}

/** Wraps a route handler: a request id, by which the log finds what it did, and errors to problem+json. */
export function route<C = unknown>(handler: (req: Request, context: C, requestId: string) => Promise<Response>) {
  return async (req: Request, context: C): Promise<Response> => {
    const requestId = randomUUID();
    try {
      return await handler(req, context, requestId);
    } catch (e) {
      return problem(e, requestId);
    }
  };
}
