import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { apiDocs } from '@/lib/services/pages/api-docs';
import { pageActor } from '../session';
import { ApiDocsView } from './docs-view';

export const metadata: Metadata = { title: 'API' };

export default async function ApiDocsPage() {
  await pageActor('/api-docs');
  const h = await headers();
  const protocol = h.get('x-forwarded-proto')?.split(',')[0] ?? 'http';
  return <ApiDocsView docs={apiDocs(`${protocol}://${h.get('host') ?? 'localhost'}`)} />;
}
