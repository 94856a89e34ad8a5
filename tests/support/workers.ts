import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../scripts/lib/build.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';

/** The workers as they are built for production, in processes of their own. */
export class WorkerProcesses {
  private readonly processes = new Set<ChildProcess>();

  private constructor(private readonly dir: string) {}

  static async build(): Promise<WorkerProcesses> {
    const dir = mkdtempSync(join(inRoot('.data'), 'workers-'));
    await bundle(dir);
    return new WorkerProcesses(dir);
  }

  start(): ChildProcess {
    const child = spawn(process.execPath, [join(this.dir, 'workers', 'main.js')], {
      env: { ...process.env, LOG_LEVEL: 'error' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.processes.add(child);
    child.on('exit', () => this.processes.delete(child));
    return child;
  }

  /** SIGKILL: no chance to finish anything. */
  killAny(): boolean {
    const [child] = this.processes;
    return child?.kill('SIGKILL') ?? false;
  }

  get running(): number {
    return this.processes.size;
  }

  async stop(): Promise<void> {
    const ended = [...this.processes].map((k) => new Promise<void>((resolve) => k.once('exit', () => resolve())));
    for (const k of this.processes) k.kill('SIGTERM');
    await Promise.all(ended);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
