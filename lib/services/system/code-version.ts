import { db, sql } from '@/lib/db';

/** The stages whose results carry the version of the code that made them (`scripts/lib/code-versions.mjs` lists the sources). */
export const CODE_STAGES = ['spatial', 'overlay', 'spectra', 'features', 'train', 'predict', 'spc', 'control'] as const;
export type CodeStage = (typeof CODE_STAGES)[number];

/** Inserted by the build: a digest of everything that a stage's sources import. */
declare const __CODE_VERSIONS__: Readonly<Record<CodeStage, string>> | undefined;

/**
 * Version of the code that computes a stage, stored with each of its results: it changes with the arithmetic, and only then. Run from unbuilt
 * sources, it says so.
 */
export const codeVersion = (stage: CodeStage): string =>
  typeof __CODE_VERSIONS__ === 'undefined' ? `${stage}-unbuilt` : __CODE_VERSIONS__[stage];

/** Records that this process computes with its versions from now on: the version that started last is the running one, even after a rollback. */
export const recordCodeVersions = (): Promise<number> =>
  db().exec(sql`
    INSERT INTO code_version (stage, version) SELECT * FROM unnest(${[...CODE_STAGES]}::text[], ${CODE_STAGES.map(codeVersion)}::text[])
    ON CONFLICT (stage, version) DO UPDATE SET last_at = now()`);
