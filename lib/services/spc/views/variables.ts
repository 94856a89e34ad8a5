import {
  type ChartVariable,
  characteristicUnit,
  levelOf,
  ownParameter,
  parseCharacteristic,
  variableWords,
} from '@/lib/characteristic';
import { db } from '@/lib/db';
import { broughtBy, seenContexts } from '../templates/contexts';
import { type Place, standsIn } from '../templates/expand';
import { readMaster } from '../templates/master';

/** A value that can be charted together with others. */
export interface SeenVariable extends ChartVariable {
  /** "pressure mean in etch". */
  readonly words: string;
  readonly level: 'wafer' | 'lot';
}

/** Values that were seen in places that a template takes. */
export interface SeenVariables {
  readonly variables: readonly SeenVariable[];
  /** All that match; those above are the first of them. */
  readonly of: number;
}

/** A tool of a hundred sensors and five steps has four thousand indicators: a page of them, the rest by narrowing. */
const MOST = 400;

/**
 * The values seen in the contexts of a place, by their words.
 * @param find - only those whose words or name hold every one of these words; "*" in one stands for any text.
 */
export async function seenVariables(place: Place, find: string): Promise<SeenVariables> {
  const master = await readMaster(db());
  const seen = (await seenContexts(db(), null)).filter((c) => standsIn(place, c, master));
  const asked = find
    .toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== '')
    .map((w) => new RegExp(w.split('*').map(escaped).join('.*')));
  const out = new Map<string, SeenVariable>();
  for (const c of seen)
    for (const b of broughtBy(c)) {
      const level = levelOf(b.name);
      const known = parseCharacteristic(b.name)!;
      const parameter = ownParameter(known) ?? c.parameter;
      const key = `${b.name}\u0000${parameter}`;
      if (level === null || out.has(key)) continue;
      const words = variableWords({ characteristic: b.name, parameter });
      const text = `${words} ${parameter} ${b.name}`.toLowerCase();
      if (!asked.every((w) => w.test(text))) continue;
      const unit = characteristicUnit(known, b.unit ?? master.units.get(parameter) ?? '1');
      out.set(key, { characteristic: b.name, parameter, unit, words, level });
    }
  const all = [...out.values()].sort((a, b) => (a.words < b.words ? -1 : a.words > b.words ? 1 : 0));
  return { variables: all.slice(0, MOST), of: all.length };
}

const escaped = (s: string): string => s.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
