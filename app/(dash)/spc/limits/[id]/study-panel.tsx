'use client';
import type { StoredStudy } from '@/lib/services/spc/limits/study-job';
import { CHOICE_WORDS, REMARK_WORDS, SIGMA_WORDS, type SigmaChoice } from '@/lib/spc';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { capital, count, decimalsFor, num, plural, shortDate, unitLabel } from '@/lib/ui/format';

const WHY_NOT: Readonly<Record<'too_few' | 'no_spread', string>> = {
  too_few: 'There are too few points in the window: 20 that are not excluded are needed.',
  no_spread: 'The points do not vary: a stuck value has no limits.',
};

/** What the study found: phases, sigma by each estimator, normality, neighbours, and how many points are needed. */
export function StudyPanel({ study, unit, chosen }: { study: StoredStudy; unit: string; chosen: SigmaChoice }) {
  if (!('limits' in study))
    return (
      <Panel title="Study" note={plural(study.n, 'point')}>
        <p>{WHY_NOT[study.why]}</p>
      </Panel>
    );
  const { limits, stretches, used, sigmas, normality, precision } = study;
  const digits = decimalsFor(limits.sigmaWithin / 10);
  return (
    <Panel title="Study" note={`${plural(study.n, 'point')}, ${SIGMA_WORDS[limits.method]}`}>
      {study.remarks.map((r) => (
        <p key={r} className="text-sm mb-1">
          <StatusMark wrap status="warn" text={REMARK_WORDS[r]} />
        </p>
      ))}
      <Facts
        facts={[
          ['Sigma within', `${num(limits.sigmaWithin, digits)} ${unitLabel(unit)}`],
          [
            'Normality',
            normality === null
              ? 'not tested'
              : `A² ${num(normality.a2, 2)}, p ${normality.pValue < 0.001 ? 'below 0.001' : num(normality.pValue, 3)}`,
          ],
          ['Neighbours', `r ${num(study.lag1, 2)} (independent: below ${num(study.lag1Bound, 2)})`],
          [
            'Run length',
            `${count(Math.round(precision.arlLow))} to ${count(Math.round(precision.arlHigh))} points to a false alarm beyond the limits in 8 of 10 such studies`,
          ],
          ['Needed', `${plural(precision.needed, 'point')} for half of the promised 370`],
        ]}
      />
      <h3 className="mt-3 mb-1">Phases</h3>
      <ol className="text-sm">
        {stretches.map((s, i) => (
          <li key={s.from} className={`py-0.5 ${used === null || used === i ? '' : 'text-ink-3'}`}>
            {`${shortDate(Date.parse(s.from))} to ${shortDate(Date.parse(s.to))}: ${plural(s.n, 'point')}, mean ${num(s.mean, digits)}, sd ${num(s.sd, digits)}`}
            {used === i ? <b> used</b> : null}
          </li>
        ))}
      </ol>
      {sigmas === null ? null : (
        <>
          <h3 className="mt-3 mb-1">Sigma by estimator</h3>
          <ul className="text-sm">
            {(Object.entries(sigmas) as [keyof typeof sigmas, number][]).map(([k, v]) => (
              <li key={k} className="flex gap-2 py-0.5">
                <span>{capital(CHOICE_WORDS[k])}</span>
                <span className="ml-auto tabular-nums">{num(v, digits)}</span>
                {k === chosen ? <b>used</b> : null}
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
