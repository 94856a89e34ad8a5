export interface TipBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly tip: string;
}

/** The tooltip of the innermost box that contains the point, the last one in document order; empty where there is none. */
export const tipUnder = (boxes: readonly TipBox[], x: number, y: number): string =>
  boxes.findLast((b) => x >= b.left && x <= b.right && y >= b.top && y <= b.bottom)?.tip ?? '';
