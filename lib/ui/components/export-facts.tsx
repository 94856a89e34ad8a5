'use client';
import { createContext, type ReactNode, useContext } from 'react';
import type { Fact } from '../export-frame';

const Facts = createContext<readonly Fact[]>([]);

/** What everything inside is of (lot, wafer, product, tool …): each export from here says so. Empty values are left out. */
export function ExportFacts({
  facts,
  children,
}: {
  facts: readonly (readonly [string, string | number | null | undefined])[];
  children: ReactNode;
}) {
  const said = facts.flatMap(([name, v]): Fact[] => (v === null || v === undefined || v === '' ? [] : [[name, String(v)]]));
  return <Facts.Provider value={said}>{children}</Facts.Provider>;
}

export const useExportFacts = (): readonly Fact[] => useContext(Facts);
