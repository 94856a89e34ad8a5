'use client';
import { useState, useTransition } from 'react';
import type { LoopHead } from '@/lib/services/control/views/loop-head';
import type { LoopReplay } from '@/lib/services/control/views/replay';
import { answerAs } from '@/lib/ui/answer';
import { newestOnly } from '@/lib/ui/newest-only';
import { tryConfiguration } from '../actions';

export interface ReplayAnswer {
  readonly key: string;
  readonly replay: LoopReplay | null;
  /** Why there is none. */
  readonly error: string | null;
}

/** Replays configurations of a loop over its record; each answer is stored under the key of its configuration. */
export function useReplay(loopId: string) {
  const [answer, setAnswer] = useState<ReplayAnswer | null>(null);
  const [busy, start] = useTransition();
  const [newest] = useState(newestOnly);
  const run = (key: string, config: LoopHead['config']): void => {
    start(async () => {
      const r = await newest(() =>
        answerAs(
          () => tryConfiguration(loopId, config),
          (result) => ({ result, replay: null }),
        ),
      );
      if (r !== null) setAnswer({ key, replay: r.replay, error: r.result.ok ? null : r.result.error });
    });
  };
  return { of: (key: string): ReplayAnswer | null => (answer?.key === key ? answer : null), run, busy };
}
