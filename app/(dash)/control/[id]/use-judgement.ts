'use client';
import { useEffect, useState, useTransition } from 'react';
import type { Judged } from '@/lib/services/control/judge-change';
import type { LoopHead } from '@/lib/services/control/views/loop-head';
import { answerAs } from '@/lib/ui/answer';
import { judgeConfiguration } from '../actions';

const PAUSE_MS = 300;

export interface JudgeAnswer {
  readonly judged: Judged | null;
  readonly error: string | null;
  /** The field that the error is about. */
  readonly field: string | null;
}

const NONE: JudgeAnswer = { judged: null, error: null, field: null };

/** The judgement of a configuration, shortly after the last keystroke; nothing while there is none to judge or the answer is pending. */
export function useJudgement(loopId: string, key: string, config: LoopHead['config'] | null): JudgeAnswer {
  const [answer, setAnswer] = useState<(JudgeAnswer & { key: string }) | null>(null);
  const [, start] = useTransition();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the configuration
  useEffect(() => {
    if (config === null) return;
    let gone = false;
    const ask = async (): Promise<void> => {
      const { judged, result: r } = await answerAs(
        () => judgeConfiguration(loopId, config),
        (result) => ({ result, judged: null }),
      );
      if (!gone) setAnswer({ key, judged, error: r.ok ? null : r.error, field: r.ok ? null : (r.field ?? null) });
    };
    const timer = setTimeout(() => start(ask), PAUSE_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [loopId, key, config === null]);
  return answer?.key === key && config !== null ? answer : NONE;
}
