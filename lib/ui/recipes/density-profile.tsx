'use client';
import { useRef } from 'react';
import type { MetrologyRecipe } from '@/lib/recipes';
import { effectiveDensitySlabs } from '@/lib/xray';
import { linePath, plotBox, scaleX, scaleY } from '../charts/plot';
import { PlotAxes, X_TITLE } from '../charts/plot-axes';
import { numberTicks } from '../charts/plot-panel';
import { niceTicks, paddedRange, tickDecimals } from '../charts/ticks';
import { ExportMenu } from '../components/export-menu';
import { useSvgExport } from '../components/use-svg-export';
import { toCsv } from '../csv';
import { num } from '../format';
import { useWidth } from '../hooks/use-width';

type Xrr = Extract<MetrologyRecipe['sample'], { kind: 'xrr' }>;

export interface DensityProfile {
  /** Depth below the uppermost interface, Å, and density there, 1e-6/Å². */
  depth: number[];
  sld: number[];
  slabs: { name: string; from: number; to: number; sld: number }[];
}

const STEPS = 300;

/** Density over depth with the roughness of every interface, and the sharp slabs of the model. */
export function prepareDensity(sample: Xrr, lookup: (name: string) => number): DensityProfile {
  const value = (q: number | string): number => (typeof q === 'number' ? q : lookup(q));
  const slabs = sample.slabs.map((s) => ({
    name: s.name,
    thicknessA: value(s.thicknessA),
    sld: value(s.sld),
    isld: value(s.isld),
    roughnessTopA: value(s.roughnessTopA),
  }));
  const inner = slabs.slice(1, -1);
  const total = inner.reduce((s, l) => s + Math.max(0, l.thicknessA), 0);
  const reach = Math.max(10, 4 * Math.max(...slabs.slice(1).map((s) => s.roughnessTopA)));
  const micro = effectiveDensitySlabs(slabs, (total + 2 * reach) / STEPS);
  const inside = micro.slice(1, -1);
  const interfaces = slabs.slice(1).map((s, i) => ({
    z: slabs.slice(1, i + 1).reduce((t, l) => t + l.thicknessA, 0),
    sigma: s.roughnessTopA,
  }));
  let z = Math.min(...interfaces.map((i) => i.z - 4 * i.sigma));
  const depth = [Math.min(z, -reach)];
  const sld = [micro[0]!.sld];
  for (const l of inside) {
    depth.push(z + l.thicknessA / 2);
    sld.push(l.sld);
    z += l.thicknessA;
  }
  depth.push(Math.max(z, total + reach));
  sld.push(micro.at(-1)!.sld);
  let at = 0;
  const named = slabs.map((s, i) => {
    const from = i === 0 ? depth[0]! : at;
    if (i > 0 && i < slabs.length - 1) at += s.thicknessA;
    return { name: s.name, from, to: i === 0 ? 0 : i === slabs.length - 1 ? depth.at(-1)! : at, sld: s.sld };
  });
  return { depth, sld, slabs: named };
}

/** Scattering length density over depth: the drawing of an X-ray recipe. */
export function DensityPlot({ profile: p, title, height = 280 }: { profile: DensityProfile; title: string; height?: number }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 560);
  const box = plotBox(width, height - X_TITLE, 14, 26);
  const xDomain: [number, number] = [p.depth[0]!, p.depth.at(-1)!];
  const yDomain = paddedRange([0, ...p.sld]);
  const sx = scaleX(box, xDomain);
  const sy = scaleY(box, yDomain);
  const xTicks = niceTicks(...xDomain, 8);
  const yTicks = niceTicks(...yDomain);
  const exports = useSvgExport(root, title, () =>
    toCsv(
      ['depth (A)', 'density (1e-6/A2)'],
      p.depth.map((d, i) => [d, p.sld[i]!]),
    ),
  );
  const words = p.slabs.map((s) => `${s.name} ${num(s.sld, 2)}`).join(', ');
  return (
    <div ref={root}>
      <div className="flex justify-end">
        <ExportMenu items={exports} />
      </div>
      <svg
        width={width}
        height={height}
        data-export=""
        role="img"
        aria-label={`${title}: scattering length density over depth, ${words}`}
        className="block"
        fontSize={11}
        fill="var(--ink-3)"
      >
        {p.slabs.map((s, i) => (
          <g key={s.name}>
            {i % 2 === 1 ? (
              <rect
                x={sx(s.from)}
                y={box.top}
                width={Math.max(0, sx(s.to) - sx(s.from))}
                height={box.bottom - box.top}
                fill="var(--band)"
              />
            ) : null}
            <text x={(sx(s.from) + sx(s.to)) / 2} y={i % 2 === 1 ? 12 : 24} textAnchor="middle" fill="var(--ink)">
              {i > 0 && i < p.slabs.length - 1 ? `${s.name}, ${num(s.to - s.from, 1)} Å` : s.name}
            </text>
          </g>
        ))}
        <PlotAxes
          box={box}
          sx={sx}
          sy={sy}
          width={width}
          xTicks={numberTicks(xTicks, tickDecimals(xTicks))}
          yTicks={numberTicks(yTicks, tickDecimals(yTicks))}
          yTitle="1e−6/Å²"
          xTitle="depth, Å"
        />
        <path
          d={linePath(p.depth.map((d, i) => ({ cx: sx(d), cy: sy(p.sld[i]!) })))}
          fill="none"
          stroke="var(--accent)"
          strokeWidth={1.5}
        />
      </svg>
    </div>
  );
}
