import { db, sql } from '@/lib/db';
import type { QueueName } from '@/lib/queue/jobs';
import { runTask } from '@/lib/services/tasks/run-task';
import * as stages from '@/workers/stages';

const handlers = { ...stages };

/** Does all waiting work but trainings in this process, in order, as the workers would. */
export async function doAllWork(): Promise<number> {
  for (let done = 0; ; done++) {
    const task = await db().one<{ id: number; queue: QueueName }>(
      sql`SELECT id, queue FROM task WHERE state <> 'dead' AND queue NOT IN ('train') ORDER BY id LIMIT 1`,
    );
    if (task === undefined) return done;
    await runTask(handlers[task.queue] as Parameters<typeof runTask>[0], task.id);
  }
}
