import type { ProposalRow } from '@/lib/services/spc/limits/views/proposals';
import { limitDecimals, limitText } from '@/lib/ui/charts/control-limits.prepare';
import { ruleName } from '@/lib/ui/charts/rules';
import { plural, unitLabel } from '@/lib/ui/format';
import type { Status } from '@/lib/ui/tokens';

/** Where a proposal came from. */
export const KIND_WORDS: Readonly<Record<ProposalRow['kind'], string>> = {
  study: 'study of the history',
  change: 'entered',
  first: 'first limits',
};

const STATE: Readonly<Record<ProposalRow['state'], readonly [Status, string]>> = {
  computing: ['idle', 'being computed'],
  pending: ['warn', 'waits for a decision'],
  empty: ['idle', 'gave no limits'],
  approved: ['ok', 'approved'],
  rejected: ['idle', 'rejected'],
  withdrawn: ['idle', 'taken back'],
};

/** The state of a proposal as a mark with words. */
export const stateOf = (p: Pick<ProposalRow, 'state' | 'isBehind'>): { status: Status; text: string } => {
  if (p.isBehind) return { status: 'warn', text: 'the chart has changed since' };
  const [status, text] = STATE[p.state];
  return { status, text };
};

type Content = ProposalRow['now'];

/** Limits of a version on one line: LCL, CL and UCL. */
export function limitsLine(v: Content, unit: string): string {
  if (v.cl === null) return 'none';
  const digits = limitDecimals(v, 30);
  const text = (y: number | null): string => limitText(y, v.limitsSource === 'given', digits);
  return `${text(v.lcl)} / ${text(v.cl)} / ${text(v.ucl)} ${unitLabel(unit)}`.trim();
}

export const rulesLine = (v: Content): string => (v.rules.length === 0 ? 'none' : v.rules.map(ruleName).join(', '));

/** What is compared, in a few words. */
export function alarmsLine(p: Pick<ProposalRow, 'comparison'>): string {
  const c = p.comparison;
  if (c === null) return '–';
  return `${c.now ?? 0} → ${c.proposed}, ${c.wonCount} won, ${c.lostCount} lost in ${plural(c.points, 'point')}`;
}

/** Why the signed-in user cannot approve a proposal; null when nothing hinders. */
export function approvalWaits(p: ProposalRow, may: boolean, actor: string): string | null {
  if (!may) return 'Deciding needs the engineer role.';
  if (p.isBehind) return 'The chart has changed since: reject it and propose again.';
  if (p.state === 'computing') return 'Its comparison is being computed.';
  if (p.secondPerson && p.author === actor) return 'Another engineer approves your proposal.';
  return null;
}
