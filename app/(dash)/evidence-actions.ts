'use server';
import { type SiteMap, siteMaps } from '@/lib/services/wafers/views/site-maps';
import { readingActor } from './session';

/** Site maps of selected wafers, fetched when they are selected. */
export async function fetchSiteMaps(ids: readonly string[]): Promise<SiteMap[]> {
  await readingActor();
  return siteMaps(ids.map(String));
}
