import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FlowNode, layoutFlow, NODE } from './flow-layout';

const node = (id: string, ...to: (string | null)[]): FlowNode => ({ id, ways: to.map((t, i) => ({ label: `w${i}`, to: t })) });
const yOf = (d: ReturnType<typeof layoutFlow>, id: string): number => d.nodes.find((n) => n.id === id)!.y;

test('each step stands below all that lead to it; a way back is drawn beside', () => {
  const d = layoutFlow([node('a', 'b', 'd'), node('b', 'c'), node('c', 'a', 'd'), node('d')], 'a');
  expect(['a', 'b', 'c', 'd'].map((id) => yOf(d, id))).toEqual([0, 90, 180, 270]);
  expect(d.edges.filter((e) => e.back).map((e) => [e.from, e.to])).toEqual([['c', 'a']]);
  // a leads to d past two layers: through a place of its own in each.
  expect(d.edges.find((e) => e.from === 'a' && e.to === 'd')!.points).toHaveLength(6);
});

test('what an unfinished draft lacks is left out: ways to nowhere, a missing start', () => {
  const d = layoutFlow([node('a', null, 'gone'), node('b')], null);
  expect([d.nodes.length, d.edges]).toEqual([2, []]);
  expect(layoutFlow([], null)).toEqual({ nodes: [], edges: [], width: 0, height: 0 });
});

test('of any flowchart every way between steps is drawn, those to one step as one, nothing overlaps, and all is within the drawing', () =>
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat({ max: 11 }), { maxLength: 4 }), { minLength: 1, maxLength: 12 }), (ways) => {
      const nodes = ways.map((w, i) => node(`s${i}`, ...w.map((t) => (t < ways.length ? `s${t}` : null))));
      const d = layoutFlow(nodes, 's0');
      const pairs = new Set(nodes.flatMap((n) => n.ways.flatMap((w) => (w.to === null ? [] : [`${n.id} ${w.to}`]))));
      expect(d.edges.map((e) => `${e.from} ${e.to}`).sort()).toEqual([...pairs].sort());
      expect(d.edges.flatMap((e) => e.label.split(' / '))).toHaveLength(
        nodes.flatMap((n) => n.ways.filter((w) => w.to !== null)).length,
      );
      for (const a of d.nodes)
        for (const b of d.nodes)
          if (a !== b) expect(Math.abs(a.x - b.x) >= NODE.width || Math.abs(a.y - b.y) >= NODE.height).toBe(true);
      for (const e of d.edges) {
        if (!e.back) expect(yOf(d, e.to)).toBeGreaterThan(yOf(d, e.from));
        for (const p of e.points) expect(p.x >= 0 && p.x <= d.width && p.y >= 0 && p.y <= d.height).toBe(true);
      }
      expect(layoutFlow(nodes, 's0')).toEqual(d);
    }),
  ));

test('ways of a step leave in the order in which they go on, whatever the order of its answers', () => {
  const d = layoutFlow([node('a', 'b', 'c'), node('b'), node('c')], 'a');
  const swapped = layoutFlow([node('a', 'c', 'b'), node('b'), node('c')], 'a');
  for (const of of [d, swapped]) {
    const [left, right] = [...of.edges].sort((p, q) => p.points[0]!.x - q.points[0]!.x);
    expect(left!.points.at(-1)!.x).toBeLessThan(right!.points.at(-1)!.x);
  }
});
