/** Events on a time axis, of equipment and measurement: the letter of each, and its meaning. */
const EVENTS: readonly { glyph: string; kinds: readonly string[]; means: string }[] = [
  { glyph: 'PM', kinds: ['pm'], means: 'maintenance' },
  { glyph: 'C', kinds: ['chamber_clean', 'clean'], means: 'chamber clean' },
  { glyph: 'R', kinds: ['recipe_change', 'recipe'], means: 'recipe change' },
  { glyph: 'M', kinds: ['metrology_recipe'], means: 'metrology recipe changed' },
  { glyph: 'Δ', kinds: ['estimated_change'], means: 'estimated begin of a change (run since the sum was last 0)' },
  { glyph: 'K', kinds: ['kit_change', 'consumable', 'consumable_change'], means: 'kit or consumable change' },
];
const OTHER_EVENT = '◆';

/** One or two letters for a kind of event; ◆ for an unknown kind. */
export const eventGlyph = (kind: string): string =>
  EVENTS.find((e) => e.kinds.includes(kind.toLowerCase()))?.glyph ?? OTHER_EVENT;

/** What the letters of these events mean, in the order of the table. */
export function eventLegend(kinds: readonly string[]): { glyph: string; means: string }[] {
  const shown = new Set(kinds.map(eventGlyph));
  return [...EVENTS, { glyph: OTHER_EVENT, means: 'other event' }].flatMap(({ glyph, means }) =>
    shown.has(glyph) ? [{ glyph, means }] : [],
  );
}
