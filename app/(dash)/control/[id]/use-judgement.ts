'use client';
import { useEffect, useState } from 'react';
import type { Judged } from '@/lib/services/control/judge-change';
import type { LoopHead } from '@/lib/services/views/control-shared';
import { judgeConfiguration } from '../actions';

const PAUSE_MS = 300;

export interface JudgeAnswer {
  readonly judged: Judged | null;
  readonly error: string | null;
  /** The field that the error is about. */
  readonly field: string | null;
}

const NONE: JudgeAnswer = { judged: null, error: null, field: null };

/** The judgement of a configuration, a moment after it was last typed; nothing while there is none to judge, or its answer is on the way. */
export function useJudgement(loopId: string, key: string, config: LoopHead['config'] | null): JudgeAnswer {
  const [answer, setAnswer] = useState<(JudgeAnswer & { key: string }) | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the configuration
  useEffect(() => {
    if (config === null) return;
    let gone = false;
    const timer = setTimeout(async () => {
      const { judged, result: r } = await judgeConfiguration(loopId, config);
      if (!gone) setAnswer({ key, judged, error: r.ok ? null : r.error, field: r.ok ? null : (r.field ?? null) });
    }, PAUSE_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [loopId, key, config === null]);
  return answer?.key === key && config !== null ? answer : NONE;
}
