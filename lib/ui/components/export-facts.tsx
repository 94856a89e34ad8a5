'use client';
import { createContext, type ReactNode, useContext } from 'react';
import type { Fact } from '../export-frame';
import { type FactValue, knownFacts } from '../facts';

const Facts = createContext<readonly Fact[]>([]);

/** What everything inside is of (lot, wafer, product, tool …): each export from here says so, before what is said around it. Empty values are left out. */
export function ExportFacts({ facts, children }: { facts: readonly FactValue[]; children: ReactNode }) {
  const around = useContext(Facts);
  return <Facts.Provider value={nested(facts, around)}>{children}</Facts.Provider>;
}

/** Own facts first, then those around that they do not say anew. */
function nested(facts: readonly FactValue[], around: readonly Fact[]): Fact[] {
  const own = knownFacts(facts);
  return [...own, ...around.filter(([name]) => !own.some(([said]) => said === name))];
}

export const useExportFacts = (): readonly Fact[] => useContext(Facts);
