'use client';
import type { MetrologyRecipe } from '@/lib/recipes';
import { InlineError, Panel } from '../components/panel';
import { type DensityModel, prepareDensity } from './density.prepare';
import { DensityPlot } from './density-profile';
import { type Drawing, prepareDrawing } from './drawing.prepare';
import { ProfileDrawing } from './profile-drawing';
import { TryValues } from './try-values';

export interface DrawingPanelProps {
  name: string;
  /** The last draft that was valid, at the tried values. */
  recipe: MetrologyRecipe;
  values: readonly number[];
  /** Some value differs from its start. */
  isTried: boolean;
  mayEdit: boolean;
  onTry: (name: string, value: number) => void;
  onBack: () => void;
  onTake: () => void;
}

type Seen = { drawing: Drawing } | { density: DensityModel } | { fault: string };

function look(recipe: MetrologyRecipe, values: readonly number[]): Seen {
  const { sample, parameters } = recipe;
  try {
    if (sample.kind === 'xrr')
      return { density: prepareDensity(sample, (n) => values[parameters.findIndex((p) => p.name === n)] ?? Number.NaN) };
    return { drawing: prepareDrawing(recipe, values)! };
  } catch (e) {
    return { fault: (e as Error).message };
  }
}

/** The sample at the tried values, and the sliders that move them. */
export function DrawingPanel(p: DrawingPanelProps) {
  const seen = look(p.recipe, p.values);
  const title = `Sample of ${p.name}`;
  return (
    <Panel
      title="Sample"
      note={p.isTried ? 'at tried values; the draft keeps its start values' : 'at the start values of the draft'}
      actions={
        <>
          <button type="button" className="btn h-6! px-2! text-sm!" disabled={!p.isTried} onClick={p.onBack}>
            Back to the start
          </button>
          <button type="button" className="btn h-6! px-2! text-sm!" disabled={!p.isTried || !p.mayEdit} onClick={p.onTake}>
            Take as start values
          </button>
        </>
      }
    >
      <div style={{ minHeight: 310 }}>
        {'drawing' in seen ? <ProfileDrawing drawing={seen.drawing} title={title} /> : null}
        {'density' in seen ? <DensityPlot model={seen.density} title={title} /> : null}
        {'fault' in seen ? <InlineError message={`These values do not describe a sample: ${seen.fault}`} /> : null}
      </div>
      <div className="mt-2 border-t border-hairline pt-2">
        <TryValues recipe={p.recipe} values={p.values} onTry={p.onTry} />
      </div>
    </Panel>
  );
}
