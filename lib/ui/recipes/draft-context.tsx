'use client';
import { createContext, useContext } from 'react';
import type { RecipeIssue } from '@/lib/recipes';
import type { Draft } from './draft';

export interface LibraryMaterial {
  name: string;
  description: string;
  fromNm: number;
  toNm: number;
}

export interface FabParameter {
  name: string;
  unit: string;
  description: string;
}

export interface DraftFields {
  draft: Draft;
  /** Sets the field at a path. */
  set: (path: string, value: unknown) => void;
  replace: (draft: Draft) => void;
  issues: readonly RecipeIssue[];
  mayEdit: boolean;
  materials: readonly LibraryMaterial[];
  /** Fab parameters under which a value may be reported. */
  fab: readonly FabParameter[];
  /** Id of the list of parameter names, for fields that accept one. */
  namesId: string;
}

const Context = createContext<DraftFields | null>(null);
export const DraftProvider = Context.Provider;

export function useDraft(): DraftFields {
  const state = useContext(Context);
  if (state === null) throw new Error('a field of a recipe stands outside its form');
  return state;
}
