import { compareVersions, learnRules, type Phase, studyLimits } from '@/lib/spc';
import { contentOfLimits } from '../phase-one';
import type { StudyAnswer, StudyTask } from './study-job';

/** The arithmetic of a proposal: the study where one was asked for, and the alarms of both versions. */
export function answerStudy({ kind, points, now, proposed, options, rules }: StudyTask): StudyAnswer {
  learnRules(rules);
  const study = options === null ? null : studyLimits(kind, points, now, options);
  const version: Phase | null =
    study !== null && 'limits' in study ? { ...now, ...contentOfLimits(now, study.limits) } : proposed;
  if (version === null) return { study, comparison: null };
  const c = compareVersions(kind, now, version, points);
  return { study, comparison: { now: c.now.length, proposed: c.proposed.length, won: [...c.won], lost: [...c.lost] } };
}
