/** `few`: there is too little to judge. `note`: nothing to judge, only to know. Only `fail` fails a check. */
export type Verdict = 'pass' | 'fail' | 'few' | 'note';

export const SECTIONS = ['loops', 'domain', 'limits', 'code'] as const;
export type Section = (typeof SECTIONS)[number];

/** What is known of one loop, model, chart or stage. */
export interface CheckLine {
  readonly section: Section;
  readonly subject: string;
  readonly verdict: Verdict;
  /** How many of `of` are as they must be. */
  readonly right: number;
  readonly of: number;
  readonly text: string;
}

export type CheckPart = Omit<CheckLine, 'section'>;
