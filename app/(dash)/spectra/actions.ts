'use server';
import { type SiteSpectra, siteSpectra } from '@/lib/services/spectra/views/curves';
import { readingActor } from '../session';

/** The curves of another site of a wafer, fetched when it is selected. */
export async function fetchSiteSpectra(spectrumId: string, site: number): Promise<SiteSpectra> {
  await readingActor();
  return siteSpectra(String(spectrumId), Number(site));
}
