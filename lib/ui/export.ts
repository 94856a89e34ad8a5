'use client';
import type { Drawing, LegendMark } from './export-frame';

/** Files made in the browser from what is on screen: CSV text, SVG with its colours resolved, PNG of an SVG or a canvas. */
export function download(name: string, body: Blob): void {
  const url = URL.createObjectURL(body);
  const a = document.createElement('a');
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export const downloadText = (name: string, text: string, type = 'text/csv'): void =>
  download(name, new Blob([text], { type: `${type};charset=utf-8` }));

const INHERITED = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'fill-opacity',
  'opacity',
  'font-size',
  'font-family',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
] as const;

/** The drawings of a stacked chart as one, each in its place on screen: computed styles become attributes. */
export function drawingOf(drawings: readonly SVGSVGElement[]): Drawing {
  const boxes = drawings.map((d) => d.getBoundingClientRect());
  const [left, top] = [Math.min(...boxes.map((b) => b.left)), Math.min(...boxes.map((b) => b.top))];
  const [width, height] = [Math.max(...boxes.map((b) => b.right)) - left, Math.max(...boxes.map((b) => b.bottom)) - top];
  const svg = drawings.map((drawn, k) => {
    const copy = styledCopy(drawn);
    copy.setAttribute('x', String(boxes[k]!.left - left));
    copy.setAttribute('y', String(boxes[k]!.top - top));
    copy.setAttribute('width', String(boxes[k]!.width));
    copy.setAttribute('height', String(boxes[k]!.height));
    copy.setAttribute('viewBox', `0 0 ${boxes[k]!.width} ${boxes[k]!.height}`);
    return new XMLSerializer().serializeToString(copy);
  });
  return { svg: svg.join('\n'), width, height };
}

/** The legends inside an element, as on screen: computed styles become attributes. */
export const legendMarks = (root: HTMLElement): LegendMark[] =>
  [...root.querySelectorAll('ul[aria-label="Legend"] > li')].map((li) => {
    const mark = li.querySelector('svg');
    return { svg: mark === null ? '' : styledCopy(mark).innerHTML, text: li.textContent.slice(mark?.textContent.length ?? 0) };
  });

function styledCopy(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const from = [svg, ...svg.querySelectorAll('*')];
  const to = [copy, ...copy.querySelectorAll('*')];
  from.forEach((el, i) => {
    const target = to[i];
    if (!target) return;
    const style = getComputedStyle(el);
    for (const name of INHERITED) {
      const v = style.getPropertyValue(name);
      if (v && !(name === 'opacity' && v === '1')) target.setAttribute(name, v);
    }
    target.removeAttribute('class');
    target.removeAttribute('style');
    target.removeAttribute('tabindex');
  });
  return copy;
}

/** SVG text drawn at `scale` times its size. */
export async function svgToPng(text: string, width: number, height: number, scale: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvasToPng(canvas);
}

function canvasToPng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((b) => (b ? resolve(b) : reject(new Error('The browser could not make a PNG of this view.'))), 'image/png');
  });
}
