/** Number of addresses remembered; the least recently used one is forgotten first. */
const REMEMBERED = 100;

/** Scroll position of each address of this tab when it was left, px. */
export class ScrollMemory {
  readonly #tops = new Map<string, number>();

  keep(address: string, top: number): void {
    this.#tops.delete(address);
    this.#tops.set(address, top);
    const [oldest] = this.#tops.keys();
    if (this.#tops.size > REMEMBERED && oldest !== undefined) this.#tops.delete(oldest);
  }

  of(address: string): number {
    return this.#tops.get(address) ?? 0;
  }
}

/** The used part of a scrolling element. */
export interface Scroller {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/** Scrolls as far towards a position as the content reaches so far. @returns whether it got there. */
export function scrollTowards(el: Scroller, top: number): boolean {
  const reach = Math.max(0, el.scrollHeight - el.clientHeight);
  el.scrollTop = Math.min(top, reach);
  return reach >= top;
}
