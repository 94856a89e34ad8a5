'use client';
import { useRouter } from 'next/navigation';
import type { RecipeView } from '@/lib/services/recipes/views/recipes';
import { BehindNotice } from '@/lib/ui/components/behind-notice';
import { InlineError } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { plural } from '@/lib/ui/format';
import { useAction } from '@/lib/ui/hooks/use-action';
import { pathWords } from '@/lib/ui/recipes/field-words';
import type { DraftState } from '@/lib/ui/recipes/use-draft-state';
import { dropDraft } from './actions';
import { changeWords } from './history';
import type { KeptDraft } from './use-kept-draft';

const SHOWN = 4;

/** States whether the server has what was typed. */
function keptWords(kept: KeptDraft): string {
  if (kept.isGone) return 'discarded or decided elsewhere; kept again once you change it';
  return kept.at === null ? '' : kept.isKept ? 'kept' : 'keeping…';
}

/** How the draft differs, what it still lacks, and whether somebody saved meanwhile. */
export function DraftBar({ d, s, kept }: { d: RecipeView; s: DraftState; kept: KeptDraft }) {
  const router = useRouter();
  const { busy, run } = useAction();
  const drop = (): void => {
    s.reset();
    if (isNew) router.push('/recipes');
  };
  const discard = ({ id, revision }: NonNullable<KeptDraft['at']>): void =>
    run(async () => {
      const r = await dropDraft(id, revision);
      if (r.ok) {
        kept.forget();
        drop();
      }
      return r;
    });
  const latest = d.versions[0];
  const isNew = d.version === 0;
  return (
    <section aria-label="Draft" className="flex flex-col gap-1 mb-3 text-sm">
      {s.isBehind && latest ? (
        <BehindNotice
          version={latest.version}
          about={`by ${latest.author}${latest.approval ? `, approved by ${latest.approval.by}` : ''}: ${latest.reason.replace(/\.$/, '')}`}
          both={s.both.map((path) => pathWords(s.draft, path))}
          onFollow={s.follow}
          onDrop={s.reset}
        />
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
          <button
            type="button"
            className="link ml-auto whitespace-nowrap"
            disabled={busy}
            onClick={() => (kept.at === null ? drop() : discard(kept.at))}
          >
            Discard the draft
          </button>
        ) : null}
      </p>
      {kept.error ? <InlineError message={kept.error} /> : null}
    </section>
  );
}
