/** Addresses whose place is remembered; the longest unseen one is forgotten first. */
const REMEMBERED = 100;

/** How far down each address of this tab was when it was left, px. */
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

/** What scrolls: an element, as far as it is used. */
export interface Scroller {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/** Scrolls as far towards a place as what is there already reaches. @returns whether that is all the way. */
export function scrollTowards(el: Scroller, top: number): boolean {
  const reach = Math.max(0, el.scrollHeight - el.clientHeight);
  el.scrollTop = Math.min(top, reach);
  return reach >= top;
}
