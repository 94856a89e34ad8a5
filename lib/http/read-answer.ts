import { Readable } from 'node:stream';
import { authenticateKey, requireScope } from '@/lib/auth';
import { AppError } from '@/lib/errors';
import { collectionNames, isCollection, readCollection } from '@/lib/services/reading/read';

/**
 * Answers a request that reads a collection: a page of JSON, or a file of records; a file that cannot be read to its end is cut off, so that no reader takes it for whole.
 * @throws AppError as `readCollection`; `not_found` for a collection that cannot be read.
 */
export async function readAnswer(req: Request, kind: string): Promise<Response> {
  const machine = await authenticateKey(req, Date.now());
  requireScope(machine, 'read', ...(kind === 'alerts' ? (['alerts'] as const) : []));
  if (!isCollection(kind))
    throw new AppError(
      'not_found',
      `there is no collection "${kind.slice(0, 60)}"; those that can be read are ${collectionNames().join(', ')}`,
    );
  const url = new URL(req.url);
  const { bytes, contentType, fileName, next } = await readCollection(kind, url.searchParams, req.headers.get('accept'));
  const headers: Record<string, string> = { 'content-type': contentType };
  if (fileName !== null) headers['content-disposition'] = `attachment; filename="${fileName}"`;
  if (next !== null) {
    url.searchParams.set('after', next);
    headers['link'] = `<${url.pathname}${url.search}>; rel="next"`;
  }
  return new Response(Readable.toWeb(Readable.from(bytes, { objectMode: false })) as unknown as ReadableStream, { headers });
}
