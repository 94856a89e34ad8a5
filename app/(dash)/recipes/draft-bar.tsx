'use client';
import { useRouter } from 'next/navigation';
import type { RecipeView } from '@/lib/services/recipes/views/recipes';
import { answer } from '@/lib/ui/answer';
import { InlineError } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { useReport } from '@/lib/ui/components/toast';
import { plural } from '@/lib/ui/format';
import { pathWords } from '@/lib/ui/recipes/field-words';
import type { DraftState } from '@/lib/ui/recipes/use-draft-state';
import { dropDraft } from './actions';
import { changeWords } from './history';
import type { KeptDraft } from './use-kept-draft';

const SHOWN = 4;

/** Whether the server has what is typed. */
function keptWords(kept: KeptDraft): string {
  if (kept.isGone) return 'discarded or decided elsewhere; kept again once you change it';
  return kept.at === null ? '' : kept.isKept ? 'kept' : 'keeping…';
}

/** How the draft differs, what it still lacks, and whether somebody saved meanwhile. */
export function DraftBar({ d, s, kept }: { d: RecipeView; s: DraftState; kept: KeptDraft }) {
  const router = useRouter();
  const report = useReport();
  const discard = async (): Promise<void> => {
    if (kept.at !== null) {
      const { id, revision } = kept.at;
      const r = await answer(() => dropDraft(id, revision));
      report(r);
      if (!r.ok) return;
      kept.forget();
    }
    s.reset();
    if (isNew) router.push('/recipes');
  };
  const latest = d.versions[0];
  const isNew = d.version === 0;
  return (
    <section aria-label="Draft" className="flex flex-col gap-1 mb-3 text-sm">
      {s.isBehind && latest ? (
        <p role="alert" className="border-l-2 border-warn bg-warn-wash px-3 py-2 flex items-center gap-3">
          <StatusMark
            status="warn"
            wrap
            text={`Version ${latest.version} by ${latest.author}${latest.approval ? `, approved by ${latest.approval.by},` : ''} is in use since you began: ${latest.reason}`}
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
          <StatusMark
            status="out"
            text={`${plural(s.issues.length, 'field')} to correct: ${pathWords(s.draft, s.issues[0]!.path)}: ${s.issues[0]!.message}`}
          />
        ) : null}
        <span className="text-ink-2 truncate min-w-0" title={changeWords(s.changes, 40)}>
          {s.isDirty
            ? isNew
              ? `Draft, changed from its template: ${changeWords(s.changes, SHOWN)}`
              : `Draft beside version ${s.base.version}: ${changeWords(s.changes, SHOWN)}`
            : isNew
              ? 'A draft from its template; it is kept as soon as you change it.'
              : `As version ${s.base.version}, which is in force. What you change is kept as your draft, and used nowhere until it is put in use.`}
        </span>
        <span className="text-sm text-ink-3">{keptWords(kept)}</span>
        {s.isDirty || kept.at !== null ? (
          <button type="button" className="link ml-auto whitespace-nowrap" onClick={() => void discard()}>
            Discard the draft
          </button>
        ) : null}
      </p>
      {kept.error ? <InlineError message={kept.error} /> : null}
    </section>
  );
}
