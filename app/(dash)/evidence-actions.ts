'use server';
import { requireActor } from '@/lib/auth';
import { type SiteMap, siteMaps } from '@/lib/services/views/evidence';

/** Site maps of selected wafers, asked for when a person selects them. */
export async function fetchSiteMaps(ids: readonly string[]): Promise<SiteMap[]> {
  await requireActor();
  return siteMaps(ids.map(String));
}
