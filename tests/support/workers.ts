import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../scripts/lib/build.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';

/** The workers as they are built for production, in processes of their own. */
export class WorkerCrew {
  private readonly kids = new Set<ChildProcess>();

  private constructor(private readonly dir: string) {}

  static async build(): Promise<WorkerCrew> {
    const dir = mkdtempSync(join(inRoot('.data'), 'crew-'));
    await bundle(dir);
    return new WorkerCrew(dir);
  }

  start(): ChildProcess {
    const kid = spawn(process.execPath, [join(this.dir, 'workers', 'main.js')], {
      env: { ...process.env, LOG_LEVEL: 'error' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.kids.add(kid);
    kid.on('exit', () => this.kids.delete(kid));
    return kid;
  }

  /** SIGKILL: no chance to finish anything. */
  killAny(): boolean {
    const [kid] = this.kids;
    return kid?.kill('SIGKILL') ?? false;
  }

  get running(): number {
    return this.kids.size;
  }

  async stop(): Promise<void> {
    const ended = [...this.kids].map((k) => new Promise<void>((resolve) => k.once('exit', () => resolve())));
    for (const k of this.kids) k.kill('SIGTERM');
    await Promise.all(ended);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
