import { openApiText } from '@/lib/services/pages/api-docs';

/** Open to anyone: it describes the interface and holds no data. */
export const GET = (): Response =>
  new Response(openApiText(), { headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'public, max-age=300' } });
