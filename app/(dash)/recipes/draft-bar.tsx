'use client';
import type { RecipeView } from '@/lib/services/views/recipes';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { plural } from '@/lib/ui/format';
import type { DraftState } from '@/lib/ui/recipes/use-draft-state';
import { changeWords } from './history';

const SHOWN = 4;

/** How the draft differs, what it still lacks, and whether somebody saved meanwhile. */
export function DraftBar({ d, s }: { d: RecipeView; s: DraftState }) {
  const latest = d.versions[0];
  const isBehind = d.version > s.base.version;
  const isNew = d.version === 0;
  return (
    <section aria-label="Draft" className="flex flex-col gap-1 mb-3 text-sm">
      {isBehind && latest ? (
        <p role="alert" className="border-l-2 border-warn bg-warn-wash px-3 py-2 flex items-center gap-3">
          <StatusMark
            status="warn"
            wrap
            text={`${latest.author} has saved version ${latest.version} since you began: ${latest.reason}`}
          />
          <button type="button" className="link ml-auto whitespace-nowrap" onClick={() => s.rebase(true)}>
            Keep my draft and compare with it
          </button>
          <button type="button" className="link whitespace-nowrap" onClick={() => s.rebase(false)}>
            Drop my draft
          </button>
        </p>
      ) : null}
      <p className="flex items-center gap-3 min-h-7" aria-live="polite">
        {s.issues.length > 0 ? (
          <StatusMark status="out" text={`${plural(s.issues.length, 'field')} to correct: ${s.issues[0]!.path || 'recipe'}`} />
        ) : null}
        <span className="text-ink-2 truncate min-w-0" title={changeWords(s.changes, 40)}>
          {s.isDirty
            ? isNew
              ? `Draft, changed from its template: ${changeWords(s.changes, SHOWN)}`
              : `Draft beside version ${s.base.version}: ${changeWords(s.changes, SHOWN)}`
            : isNew
              ? 'A draft: nothing is kept until you save it.'
              : `As version ${s.base.version}, which is in force. What you change stays a draft until you save it.`}
        </span>
        {s.isDirty ? (
          <button type="button" className="link ml-auto whitespace-nowrap" onClick={s.reset}>
            Discard the draft
          </button>
        ) : null}
      </p>
    </section>
  );
}
