export interface TipBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly tip: string;
}

/** The tip of the innermost box that holds the point, the last of them in the order of the page; empty where there is none. */
export const tipUnder = (boxes: readonly TipBox[], x: number, y: number): string =>
  boxes.findLast((b) => x >= b.left && x <= b.right && y >= b.top && y <= b.bottom)?.tip ?? '';
