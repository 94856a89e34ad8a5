/** A rectangle on screen, px. */
export interface Room {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Gap between the sample and its card, px. */
const GAP = 10;

/**
 * Upper left corner of the card of a sample at (x, y): to the right of it, else to the left, else as near as there is room; always wholly within the
 * room if it fits at all.
 */
export function placeCard(
  at: { readonly x: number; readonly y: number },
  card: { readonly width: number; readonly height: number },
  room: Room,
): { x: number; y: number } {
  const right = at.x + GAP;
  const left = at.x - GAP - card.width;
  const within = (v: number, lo: number, hi: number): number => Math.max(lo, Math.min(v, hi));
  return {
    x: within(right + card.width > room.right && left >= room.left ? left : right, room.left, room.right - card.width),
    y: within(at.y, room.top, room.bottom - card.height),
  };
}

/** The part of the window in which an element is visible: within every ancestor that clips its overflow. */
export function visibleRoom(element: Element): Room {
  const root = document.documentElement;
  let room: Room = { left: 0, top: 0, right: root.clientWidth, bottom: root.clientHeight };
  for (let e = element.parentElement; e !== null && e !== root; e = e.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(e);
    if (overflowX === 'visible' && overflowY === 'visible') continue;
    const box = e.getBoundingClientRect();
    const left = box.left + e.clientLeft;
    const top = box.top + e.clientTop;
    room = {
      left: Math.max(room.left, left),
      top: Math.max(room.top, top),
      right: Math.min(room.right, left + e.clientWidth),
      bottom: Math.min(room.bottom, top + e.clientHeight),
    };
  }
  return room;
}
