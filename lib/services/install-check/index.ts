import { type Db, sql, transaction } from '@/lib/db';
import type { CheckLine, CheckPart, Section } from './check-line';
import { checkCodeVersions } from './code-versions';
import { checkGivenLimits } from './given-limits';
import { checkLoops } from './replay-loops';
import { checkDomains } from './vm-domains';

export { type CheckLine, SECTIONS, type Section, type Verdict } from './check-line';

const CHECKS: Readonly<Record<Section, (tx: Db, onLine: (line: CheckPart) => void) => Promise<void>>> = {
  loops: checkLoops,
  domain: checkDomains,
  limits: checkGivenLimits,
  code: checkCodeVersions,
};

/**
 * Reads a running installation and reports whether it does what its records claim, line by line as each is known. Each section is read in one
 * read-only snapshot, so that concurrent work neither disturbs it nor is disturbed.
 * @complexity a loop's decisions are read in slices, everything else is counted in SQL: memory does not grow with the history.
 */
export async function checkInstall(sections: readonly Section[], onLine: (line: CheckLine) => void): Promise<void> {
  for (const section of sections)
    await transaction(async (tx) => {
      await tx.exec(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
      await CHECKS[section](tx, (line) => onLine({ section, ...line }));
    });
}
