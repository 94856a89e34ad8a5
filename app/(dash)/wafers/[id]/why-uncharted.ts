import type { WaferHead } from '@/lib/services/wafers/views/wafer';

/** Why a wafer has no charted point, in words. */
export function whyUncharted(h: Pick<WaferHead, 'processedMs' | 'supersededBy' | 'operation'>): string {
  if (h.supersededBy !== null) return 'This measurement was corrected: what came in its place is charted.';
  if (h.processedMs === null)
    return `No run of this wafer at ${h.operation} is known, and charts go by process time: points appear when the run is sent.`;
  return 'Nothing of this wafer is charted yet. Points appear when the SPC stage has worked through it.';
}
