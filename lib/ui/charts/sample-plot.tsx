'use client';
import type { ReactNode } from 'react';
import { PlotFrame, type PlotFrameProps, type Pointed } from './plot-frame';
import { useWalk, type WalkOptions } from './use-walk';

/** A sample that was walked to: what is said of it, line by line, and where its card stands. */
export interface ToldSample extends Omit<Pointed, 'card'> {
  said: readonly string[];
  /** Instead of the lines. */
  card?: ReactNode;
}

export interface SamplePlotProps extends Omit<PlotFrameProps, 'walk' | 'spoken' | 'pointed' | 'drag'> {
  /** What kind of picture it is, read aloud: "histogram". */
  kind: string;
  /** The summary sentence and the keys that work. */
  label: string;
  samples: WalkOptions;
  tell: (k: number) => ToldSample;
}

/** A plot whose samples are walked. The sample at the pointer is known here, and not to who made the panels: a move of the pointer draws none of them again. */
export function SamplePlot({ kind, label, samples, tell, children, ...frame }: SamplePlotProps) {
  const { at, drag, walk } = useWalk(samples);
  const told = at < 0 ? null : tell(at);
  return (
    <PlotFrame
      {...frame}
      walk={{ ...walk, kind, label }}
      spoken={told?.said.join(', ') ?? ''}
      pointed={told && { ...told, card: told.card ?? told.said.map((line) => <div key={line}>{line}</div>) }}
      drag={drag}
    >
      {children}
    </PlotFrame>
  );
}
