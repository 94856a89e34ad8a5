'use client';
import { createContext, type ReactNode, useContext } from 'react';
import type { RuleSetChoice } from '@/lib/services/spc/views/rule-sets';
import { type ChartRule, learnRules } from '@/lib/spc';

const Sets = createContext<readonly RuleSetChoice[]>([]);

export interface KnownRulesProps {
  /** Rules of the site by their numbers; what a number means never changes. */
  rules: readonly (readonly [number, ChartRule])[];
  /** Sets that charts and templates may choose. */
  sets: readonly RuleSetChoice[];
  children: ReactNode;
}

/** Makes the rules of the site known to the pages, before any of them names one. */
export function KnownRules({ rules, sets, children }: KnownRulesProps) {
  learnRules(rules);
  return <Sets value={sets}>{children}</Sets>;
}

/** Sets that charts and templates may choose, those that come with Driftless first. */
export const useRuleSets = (): readonly RuleSetChoice[] => useContext(Sets);
