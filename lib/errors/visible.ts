/** Controls, joiners, fillers and marks that stand on another character. */
const UNSEEN = /[\p{C}\p{Mn}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** A text as far as it can be seen: without what leaves no mark of its own, spaces and breaks as one space each. */
export const shownText = (text: string): string =>
  text
    .replace(/[^\S\uFEFF]+/gu, ' ')
    .replace(UNSEEN, '')
    .replace(/ +/g, ' ')
    .trim();

export const isVisible = (text: string): boolean => shownText(text) !== '';
