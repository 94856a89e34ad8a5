'use client';
import { createContext, type ReactNode, useContext } from 'react';
import type { Fact } from '../export-frame';
import { type FactValue, knownFacts } from '../facts';

const Facts = createContext<readonly Fact[]>([]);

/**
 * What everything inside belongs to (lot, wafer, product, tool …): each export from here states it, before the facts of the surroundings. Empty
 * values are left out.
 */
export function ExportFacts({ facts, children }: { facts: readonly FactValue[]; children: ReactNode }) {
  const around = useContext(Facts);
  return <Facts.Provider value={nested(facts, around)}>{children}</Facts.Provider>;
}

/** Own facts first, then those of the surroundings that they do not override. */
function nested(facts: readonly FactValue[], around: readonly Fact[]): Fact[] {
  const own = knownFacts(facts);
  return [...own, ...around.filter(([name]) => !own.some(([said]) => said === name))];
}

export const useExportFacts = (): readonly Fact[] => useContext(Facts);
