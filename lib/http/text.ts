import { AppError } from '@/lib/errors';

/**
 * A request's JSON body as text, at most `limitBytes`, for those who parse it elsewhere.
 * @throws AppError `unsupported_media_type`, `payload_too_large`, or `invalid_input` when there is no body.
 */
export async function readText(req: Request, limitBytes: number): Promise<string> {
  const type = (req.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (type !== 'application/json')
    throw new AppError('unsupported_media_type', `content-type "${type}" is not accepted; send application/json`);
  const encoding = req.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw new AppError('unsupported_media_type', `content-encoding "${encoding}" is not accepted here; send none`);
  const tooLarge = () =>
    new AppError('payload_too_large', `the body exceeds ${Math.round(limitBytes / 2 ** 20)} MiB; send less at a time`);
  if (Number(req.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge();
  if (req.body === null) throw new AppError('invalid_input', 'the request has no body; send a JSON object');
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of req.body as unknown as AsyncIterable<Uint8Array>) {
    total += chunk.length;
    if (total > limitBytes) throw tooLarge();
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}
