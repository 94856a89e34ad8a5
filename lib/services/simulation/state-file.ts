import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RunRecord } from '@/lib/formats/wire';

/** What the simulated fab needs to resume where it stopped. */
export interface SavedState {
  readonly seed: number;
  /** Epoch ms of the fab's first day, and of the change to the live rate of lots. */
  readonly start: number;
  readonly rampAt: number;
  readonly snapshot: unknown;
  /** Everything before this time was sent. */
  readonly at: number;
  /** Runs in progress: started, not ended, not sent. */
  readonly held: RunRecord[];
}

/** The state as one JSON file, replaced whole, so that a crash leaves the old or the new one. */
export class StateFile {
  constructor(private readonly path: string) {}

  read(seed: number): SavedState | undefined {
    if (!existsSync(this.path)) return undefined;
    const s = JSON.parse(readFileSync(this.path, 'utf8')) as SavedState;
    return s.seed === seed ? s : undefined;
  }

  write(s: SavedState): void {
    mkdirSync(dirname(this.path), { recursive: true });
    const next = `${this.path}.next`;
    writeFileSync(next, JSON.stringify(s));
    renameSync(next, this.path);
  }
}
