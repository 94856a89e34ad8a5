/** What a link proposes to change: it fills the dialog in, and a person decides. */
export interface ProposedDraft {
  readonly mode?: 'baseline';
  readonly rules?: ReadonlySet<number>;
}

/** Reads `mode=baseline` and `rules=1,5,101` of an address; anything else is left out. */
export function proposedDraft(get: (key: string) => string | null): ProposedDraft {
  const rules = get('rules');
  return {
    ...(get('mode') === 'baseline' ? { mode: 'baseline' as const } : {}),
    ...(rules !== null && /^\d{1,3}(,\d{1,3}){0,20}$/.test(rules) ? { rules: new Set(rules.split(',').map(Number)) } : {}),
  };
}
