/** Mean width of a character of the fonts of the screens, as a share of the font size. */
const MEAN = 0.55;
/** The widest mean among the fonts that an exported picture may be drawn with. */
const WIDEST = 0.634;

/** Estimated width of a one-line text, px. @param size - font size, px. */
export const textPx = (text: string, size: number): number => text.length * size * MEAN;

/** Upper bound of the width of a one-line text, px, whatever font a picture is drawn with. */
export const widestTextPx = (text: string, size: number): number => text.length * size * WIDEST;

/** Characters that fit on a line of a given width. */
export const charsIn = (px: number, size: number): number => Math.floor(px / (size * MEAN));
