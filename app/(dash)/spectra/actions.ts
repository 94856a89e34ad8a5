'use server';
import { requireActor } from '@/lib/auth';
import { type SiteSpectra, siteSpectra } from '@/lib/services/spectra/views/curves';

/** The curves of another site of a wafer, fetched when it is selected. */
export async function fetchSiteSpectra(spectrumId: string, site: number): Promise<SiteSpectra> {
  await requireActor();
  return siteSpectra(String(spectrumId), Number(site));
}
