'use client';
import { useState } from 'react';
import type { RecipeDraft } from '@/lib/services/recipes/views/drafts';
import type { RecipeView } from '@/lib/services/recipes/views/recipes';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Gate, type Gated } from '@/lib/ui/components/gate';
import { PageHead } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { Ago } from '@/lib/ui/hooks/now';
import { KIND_WORDS } from '@/lib/ui/recipes/templates';
import type { DraftState } from '@/lib/ui/recipes/use-draft-state';
import { switchRecipe } from './actions';
import type { Identity } from './identity';
import { ReleaseDialog } from './release-dialog';
import { releaseStep } from './release-step';
import type { KeptDraft } from './use-kept-draft';

export interface RecipeHeadProps {
  d: RecipeView;
  s: DraftState;
  may: boolean;
  mayAct: boolean;
  identity: Identity;
  kept: KeptDraft;
  own: RecipeDraft | null;
}

/** Name and version of a recipe, the actions that put it in or out of use, and what its draft still waits for. */
export function RecipeHead({ d, s, may, mayAct, identity, kept, own }: RecipeHeadProps) {
  const [asking, ask] = useState<'release' | 'switch' | null>(null);
  const isNew = d.version === 0;
  const step = releaseStep({
    baseVersion: s.base.version,
    isEngineer: mayAct,
    isProposed: mayAct && !may,
    isDirty: s.isDirty,
    issues: s.issues.length,
    name: identity.name,
    revision: kept.isKept ? (kept.at?.revision ?? null) : null,
    isGone: kept.isGone,
    trial: own?.id === kept.at?.id ? (own?.trial ?? null) : null,
    canBeTried: isNew ? null : d.recent.some((r) => s.draft.channels.every((c) => r.channels.includes(c.name))),
  });
  const close = (): void => ask(null);
  return (
    <>
      <PageHead
        title={<Title d={d} />}
        sub={<Standing d={d} kind={s.draft.sample.kind} />}
        actions={
          <Gate waits={step.waits}>
            {(gated) => (
              <>
                {isNew ? null : <SwitchButton d={d} gated={mayAct ? null : gated} onClick={() => ask('switch')} />}
                <button type="button" className="btn btn-primary" {...gated} onClick={() => ask('release')}>
                  {`${step.words}…`}
                </button>
              </>
            )}
          </Gate>
        }
      />
      <ReleaseDialog open={asking === 'release'} onClose={close} isNew={isNew} s={s} kept={kept} step={step} />
      <ReasonDialog
        open={asking === 'switch'}
        onClose={close}
        title={`${switchWords(d)}: ${d.name}`}
        confirm={switchWords(d)}
        onSubmit={(reason) => switchRecipe(d.id, d.version, !d.active, reason)}
      >
        <p>
          {d.active
            ? 'Spectra that name this recipe will be refused until it is back in use. Stored results stay.'
            : `Spectra that name this recipe are accepted again and fitted by version ${d.version}.`}
        </p>
      </ReasonDialog>
    </>
  );
}

const switchWords = (d: RecipeView): string => (d.active ? 'Take out of use' : 'Back into use');

function SwitchButton({ d, gated, onClick }: { d: RecipeView; gated: Gated | null; onClick: () => void }) {
  return (
    <button type="button" className="btn" {...gated} onClick={onClick}>
      {`${switchWords(d)}…`}
    </button>
  );
}

function Title({ d }: { d: RecipeView }) {
  if (d.version === 0) return 'New recipe';
  return (
    <>
      {`${d.name} `}
      <span className="text-base font-normal">
        <StatusMark status={d.active ? 'ok' : 'idle'} text={d.active ? 'in use' : 'out of use'} />
      </span>
    </>
  );
}

function Standing({ d, kind }: { d: RecipeView; kind: RecipeView['content']['sample']['kind'] }) {
  const latest = d.versions[0];
  return (
    <>
      {KIND_WORDS[kind] ?? ''}
      {d.version === 0 ? '' : ` at ${d.operation}, ${d.product ?? 'all products'}`}
      {latest ? (
        <>
          {` · version ${d.version} by ${latest.author}${latest.approval ? `, approved by ${latest.approval.by}` : ''} `}
          <Ago at={latest.atMs} />
          {`: ${latest.reason}`}
        </>
      ) : null}
    </>
  );
}
