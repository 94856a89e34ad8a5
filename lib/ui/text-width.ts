/** Mean width of a character of the fonts of the screens, as a share of the font size. */
const MEAN = 0.55;
/** The widest mean among the fonts that an exported picture may be drawn with. */
const WIDEST = 0.634;

/** Width of a text of one line, px, before it is drawn. @param size - font size, px. */
export const textPx = (text: string, size: number): number => text.length * size * MEAN;

/** Width that a text of one line never exceeds, px, whatever font a picture is drawn with. */
export const widestTextPx = (text: string, size: number): number => text.length * size * WIDEST;

/** Characters that a line of a width holds. */
export const charsIn = (px: number, size: number): number => Math.floor(px / (size * MEAN));
