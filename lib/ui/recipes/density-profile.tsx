'use client';
import { useRef } from 'react';
import { type PlotBox, plotBox, scaleX, scaleY } from '../charts/plot';
import { X_TITLE } from '../charts/plot-axes';
import { numberTicks, PlotPanel, SeriesLine } from '../charts/plot-panel';
import { SamplePlot } from '../charts/sample-plot';
import { tickDecimals } from '../charts/ticks';
import { alongX } from '../charts/use-walk';
import { useSvgExport } from '../components/use-svg-export';
import { useWidth } from '../hooks/use-width';
import { type DensityModel, densityCsv, densityTable, densityWords } from './density.prepare';

const RIGHT = 14;
/** Room for two rows of names of slabs, px. */
const TOP = 26;

/** Scattering length density over depth: the drawing of an X-ray recipe. */
export function DensityPlot({ model: m, title, height = 280 }: { model: DensityModel; title: string; height?: number }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 560);
  const box = plotBox(width, height - X_TITLE, RIGHT, TOP);
  const [sx, sy] = [scaleX(box, m.xDomain), scaleY(box, m.yDomain)];
  const exports = useSvgExport(root, title, () => densityCsv(m), { unit: '1e−6/Å²', notes: () => [m.summary] });
  return (
    <SamplePlot
      root={root}
      head={<span>scattering length density against depth</span>}
      exports={exports}
      kind="density profile"
      label={`${title}: scattering length density over depth, ${m.summary}. Arrow keys walk the depth.`}
      samples={alongX(m.points, box, m.xDomain)}
      tell={(k) => {
        const p = m.points[k]!;
        return { said: [densityWords(p)], x: sx(p.x), top: sy(p.y) - 40, cross: [box.top, box.bottom], ring: sy(p.y) };
      }}
      table={{ label: title, ...densityTable(m) }}
    >
      <PlotPanel
        width={width}
        height={height}
        box={box}
        x={m.xDomain}
        xTicks={numberTicks(m.xTicks, tickDecimals(m.xTicks))}
        xTitle="depth, Å"
        y={m.yDomain}
        yTicks={numberTicks(m.yTicks, tickDecimals(m.yTicks))}
        yTitle="1e−6/Å²"
        below={<Slabs slabs={m.slabs} box={box} sx={sx} />}
      >
        <SeriesLine points={m.points} of={(p) => p.y} sx={sx} sy={sy} stroke="var(--accent)" width={1.5} />
      </PlotPanel>
    </SamplePlot>
  );
}

/** Every other slab shaded, and their names in turn on two rows. */
function Slabs({ slabs, box, sx }: { slabs: DensityModel['slabs']; box: PlotBox; sx: (v: number) => number }) {
  return (
    <g>
      {slabs.map((s, i) => (
        <g key={s.name}>
          {i % 2 === 1 ? (
            <rect
              x={sx(s.fromA)}
              y={box.top}
              width={Math.max(0, sx(s.toA) - sx(s.fromA))}
              height={box.bottom - box.top}
              fill="var(--band)"
            />
          ) : null}
          <text x={(sx(s.fromA) + sx(s.toA)) / 2} y={i % 2 === 1 ? 12 : 24} fontSize={11} textAnchor="middle" fill="var(--ink)">
            {s.words}
          </text>
        </g>
      ))}
    </g>
  );
}
