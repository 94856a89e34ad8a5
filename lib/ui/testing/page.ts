import { act, createElement, type ReactNode } from 'react';

type Listener = (e: Event) => void;

/** As much of an element as React needs to put one on a page and to bring events to it. Every element is at the origin of the page. */
class FakeNode {
  readonly childNodes: FakeNode[] = [];
  parentNode: FakeNode | null = null;
  readonly style = { setProperty: (): void => {} };
  readonly namespaceURI = 'http://www.w3.org/1999/xhtml';
  readonly clientWidth = 400;
  private readonly attributes = new Map<string, string>();
  private readonly listeners = new Map<string, Set<Listener>>();
  private own = '';

  constructor(
    readonly nodeType: number,
    readonly nodeName: string,
    readonly ownerDocument: FakeNode | null,
  ) {}
  get tagName(): string {
    return this.nodeName;
  }
  get firstChild(): FakeNode | null {
    return this.childNodes[0] ?? null;
  }
  get nextSibling(): FakeNode | null {
    return this.parentNode?.childNodes[this.parentNode.childNodes.indexOf(this) + 1] ?? null;
  }
  get textContent(): string {
    return this.own + this.childNodes.map((c) => c.textContent).join('');
  }
  set textContent(text: string) {
    this.childNodes.length = 0;
    this.own = text;
  }
  set nodeValue(text: string) {
    this.own = text;
  }
  getAttribute = (name: string): string | null => this.attributes.get(name) ?? null;
  setAttribute = (name: string, value: string): void => void this.attributes.set(name, String(value));
  removeAttribute = (name: string): void => void this.attributes.delete(name);
  insertBefore(child: FakeNode, before: FakeNode | null): FakeNode {
    child.parentNode?.removeChild(child);
    const at = before === null ? this.childNodes.length : this.childNodes.indexOf(before);
    this.childNodes.splice(at, 0, child);
    child.parentNode = this;
    return child;
  }
  appendChild = (child: FakeNode): FakeNode => this.insertBefore(child, null);
  removeChild(child: FakeNode): FakeNode {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
    return child;
  }
  addEventListener(type: string, run: Listener): void {
    this.listeners.set(type, (this.listeners.get(type) ?? new Set()).add(run));
  }
  removeEventListener(type: string, run: Listener): void {
    this.listeners.get(type)?.delete(run);
  }
  dispatch(e: Event): void {
    for (const run of this.listeners.get(e.type) ?? []) run(e);
  }
  getBoundingClientRect = () => ({ left: 0, top: 0, right: 400, bottom: 300, width: 400, height: 300 });
  find(is: (n: FakeNode) => boolean): FakeNode | null {
    if (is(this)) return this;
    for (const c of this.childNodes) {
      const found = c.find(is);
      if (found) return found;
    }
    return null;
  }
}

class FakeDocument extends FakeNode {
  readonly documentElement: FakeNode & { dataset: Record<string, string> };
  readonly activeElement = null;
  defaultView: unknown = null;
  constructor() {
    super(9, '#document', null);
    this.documentElement = Object.assign(this.createElement('html'), { dataset: {} });
  }
  createElement = (name: string): FakeNode => new FakeNode(1, name.toUpperCase(), this);
  createElementNS = (_: string, name: string): FakeNode => new FakeNode(1, name, this);
  createTextNode(text: string): FakeNode {
    const node = new FakeNode(3, '#text', this);
    node.nodeValue = text;
    return node;
  }
}

class NoObserver {
  observe(): void {}
  disconnect(): void {}
}

function install(): FakeDocument {
  const document = new FakeDocument();
  const window = Object.assign(globalThis, {
    ...('navigator' in globalThis ? {} : { navigator: { userAgent: '' } }),
    document,
    HTMLElement: FakeNode,
    HTMLIFrameElement: class {},
    ResizeObserver: NoObserver,
    MutationObserver: NoObserver,
    IS_REACT_ACT_ENVIRONMENT: true,
    matchMedia: () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }),
    addEventListener: () => {},
    removeEventListener: () => {},
  });
  Object.assign(globalThis, { window });
  document.defaultView = window;
  return document;
}

const document = install();

/** Something that React keeps on a page without a browser, so that a test can bring events to it and count what is rendered again. */
export interface Page {
  readonly text: () => string;
  readonly show: (node: ReactNode) => Promise<void>;
  /** Brings an event to the element of a role, at a place of it, px; the primary button unless told otherwise. */
  readonly fire: (role: string, type: string, x: number, y: number, button?: number) => Promise<void>;
}

export async function pageOf(node: ReactNode): Promise<Page> {
  const { createRoot } = await import('react-dom/client');
  const container = document.createElement('div');
  const root = createRoot(container as unknown as Element);
  const show = (shown: ReactNode): Promise<void> => act(async () => root.render(shown));
  await show(node);
  return {
    text: () => container.textContent,
    show,
    fire: (role, type, clientX, clientY, button = 0) =>
      act(async () => {
        const target = container.find((n) => n.getAttribute('role') === role);
        if (target === null) throw new Error(`nothing has the role ${role}`);
        const e = { type, target, clientX, clientY, button, isPrimary: true, bubbles: true, timeStamp: 0, relatedTarget: null };
        container.dispatch(e as unknown as Event);
      }),
  };
}

interface HookProps<P, R> {
  readonly useIt: (p: P) => R;
  readonly p: P;
  readonly give: (r: R) => void;
}

function Hook<P, R>({ useIt, p, give }: HookProps<P, R>): null {
  give(useIt(p));
  return null;
}

/** A hook on a page: what it gave last. */
export async function pageOfHook<P, R>(useIt: (p: P) => R, first: P): Promise<{ now: () => R; show: (p: P) => Promise<void> }> {
  let given: R | undefined;
  const of = (p: P): ReactNode => createElement(Hook<P, R>, { useIt, p, give: (r) => (given = r) });
  const page = await pageOf(of(first));
  return { now: () => given!, show: (p) => page.show(of(p)) };
}
