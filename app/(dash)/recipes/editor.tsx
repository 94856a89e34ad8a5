'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useId, useState } from 'react';
import type { RecipeDraft } from '@/lib/services/views/recipe-drafts';
import type { RecipeView } from '@/lib/services/views/recipes';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { PageHead } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { Ago } from '@/lib/ui/hooks/now';
import { CertificatePanel } from '@/lib/ui/recipes/certificate';
import { withStarts } from '@/lib/ui/recipes/draft';
import { DraftProvider } from '@/lib/ui/recipes/draft-context';
import { DrawingPanel } from '@/lib/ui/recipes/drawing-panel';
import { ModelPanel } from '@/lib/ui/recipes/model-panel';
import { RecipeForm } from '@/lib/ui/recipes/recipe-form';
import { KIND_WORDS } from '@/lib/ui/recipes/templates';
import { type DraftState, useDraftState } from '@/lib/ui/recipes/use-draft-state';
import { useSiteFit } from '@/lib/ui/recipes/use-site-fit';
import { release, switchRecipe } from './actions';
import { DraftBar } from './draft-bar';
import { HistoryPanel } from './history';
import { type Identity, NewIdentity } from './identity';
import { releaseStep } from './release-step';
import { TrialPanel } from './trial-panel';
import { useHeldSite } from './use-held-site';
import { type KeptDraft, useKeptDraft } from './use-kept-draft';

/** A recipe as a draft beside its version in force: drawing and model on the left follow the form on the right. */
export function RecipeEditor({ data: d, may: isEngineer, own }: { data: RecipeView; may: boolean; own: RecipeDraft | null }) {
  const s = useDraftState(d, begunFrom(d, own));
  const may = isEngineer && own?.state !== 'proposed';
  const picked = useHeldSite(d);
  const fit = useSiteFit();
  const [identity, setIdentity] = useState<Identity>({ name: d.name, operation: d.operation, product: d.product });
  const kept = useKeptDraft(s, d.version === 0 ? null : d.id, identity, own, may);
  const namesId = useId();
  const isNew = d.version === 0;
  const name = identity.name || 'the new recipe';
  const inForce = isNew
    ? null
    : { recipe: s.base.content, truncation: d.certificate?.truncation ?? null, version: s.base.version };
  return (
    <DraftProvider
      value={{
        draft: s.draft,
        set: s.set,
        replace: s.replace,
        issues: s.issues,
        mayEdit: may,
        materials: d.lists.materials,
        fab: d.lists.parameters,
        namesId,
      }}
    >
      <Head d={d} s={s} may={may} mayAct={isEngineer} identity={identity} kept={kept} own={own} />
      {isNew ? <NewIdentity lists={d.lists} value={identity} onChange={setIdentity} /> : null}
      <DraftBar d={d} s={s} kept={kept} />
      <OwnTrial d={d} own={own} kept={kept} may={isEngineer} />
      <div className="grid grid-cols-[minmax(0,1fr)_400px] 2xl:grid-cols-[minmax(0,1fr)_520px] gap-3 items-start">
        <div className="flex flex-col gap-3 min-w-0">
          <DrawingPanel
            name={name}
            recipe={s.recipe}
            values={s.values}
            isTried={Object.keys(s.tried).length > 0}
            mayEdit={may}
            onTry={s.tryValue}
            onBack={() => s.tryAll({})}
            onTake={() => s.open(withStarts(s.draft, s.tried))}
          />
          <ModelPanel
            name={name}
            recipe={s.recipe}
            values={s.values}
            inForce={inForce}
            certified={d.certificate?.truncation ?? null}
            axis={d.axes[0] ?? null}
            recent={d.recent}
            picked={picked}
            fit={fit}
            onTake={s.tryAll}
          />
          <CertificatePanel
            sample={s.base.content.sample}
            certificate={d.certificate}
            version={d.version}
            isOutdated={s.isDirty || isNew}
          />
        </div>
        <RecipeForm name={name} />
      </div>
      {isNew ? null : (
        <div className="mt-3">
          <HistoryPanel d={d} may={may} onOpen={(v) => s.open(v.content)} />
        </div>
      )}
    </DraftProvider>
  );
}

/** The draft that was kept, beside the version from which it was begun. */
function begunFrom(d: RecipeView, own: RecipeDraft | null) {
  if (own === null) return null;
  const base = d.versions.find((v) => v.version === own.baseVersion);
  return { base: { version: own.baseVersion, content: base?.content ?? d.content }, content: own.content };
}

/** The trial of one's own draft, from its first save on. */
function OwnTrial({ d, own, kept, may }: { d: RecipeView; own: RecipeDraft | null; kept: KeptDraft; may: boolean }) {
  const router = useRouter();
  const id = kept.at?.id;
  useEffect(() => {
    if (id === undefined || own?.id === id) return;
    if (d.version === 0) window.history.replaceState(null, '', `/recipes/new?draft=${id}`);
    router.refresh();
  }, [id, own?.id, d.version, router]);
  if (own === null || kept.at?.id !== own.id) return null;
  return <TrialPanel draft={own} revision={kept.at.revision} isOwn may={may && kept.isKept} />;
}

interface HeadProps {
  d: RecipeView;
  s: DraftState;
  may: boolean;
  mayAct: boolean;
  identity: Identity;
  kept: KeptDraft;
  own: RecipeDraft | null;
}

function Head({ d, s, may, mayAct, identity, kept, own }: HeadProps) {
  const [asking, ask] = useState<'release' | 'switch' | null>(null);
  const router = useRouter();
  const isNew = d.version === 0;
  const latest = d.versions[0];
  const step = releaseStep({
    baseVersion: s.base.version,
    isEngineer: mayAct,
    isProposed: mayAct && !may,
    isDirty: s.isDirty,
    issues: s.issues.length,
    name: identity.name,
    revision: kept.isKept ? (kept.at?.revision ?? null) : null,
    trial: own?.id === kept.at?.id ? (own?.trial ?? null) : null,
    canBeTried: isNew ? null : d.recent.some((r) => s.draft.channels.every((c) => r.channels.includes(c.name))),
  });
  return (
    <>
      <PageHead
        title={
          <>
            {`${isNew ? 'New recipe' : d.name} `}
            {isNew ? null : (
              <span className="text-base font-normal">
                <StatusMark status={d.active ? 'ok' : 'idle'} text={d.active ? 'in use' : 'out of use'} />
              </span>
            )}
          </>
        }
        sub={
          <>
            {`${KIND_WORDS[s.draft.sample.kind] ?? ''}`}
            {isNew ? '' : ` at ${d.operation}, ${d.product ?? 'all products'}`}
            {latest ? (
              <>
                {` · version ${d.version} by ${latest.author}${latest.approval ? `, approved by ${latest.approval.by}` : ''} `}
                <Ago at={latest.atMs} />
                {`: ${latest.reason}`}
              </>
            ) : null}
          </>
        }
        actions={
          <>
            {isNew ? null : (
              <button
                type="button"
                className="btn"
                disabled={!mayAct}
                title={mayAct ? undefined : 'Needs the role engineer'}
                onClick={() => ask('switch')}
              >
                {d.active ? 'Take out of use…' : 'Back into use…'}
              </button>
            )}
            <button
              type="button"
              className="btn btn-primary"
              disabled={step.waits !== null}
              title={step.waits ?? undefined}
              onClick={() => ask('release')}
            >
              {`${step.words}…`}
            </button>
          </>
        }
      />
      <ReasonDialog
        open={asking === 'release'}
        onClose={() => ask(null)}
        title={step.words}
        confirm={step.words}
        onSubmit={async (reason) => {
          if (kept.at === null) return { ok: false, error: 'The draft is not kept yet; try again in a moment.' };
          const { result, recipeId } = await release(kept.at.id, kept.at.revision, reason);
          if (recipeId !== null) {
            kept.forget();
            s.inUse();
            if (isNew) router.push(`/recipes/${recipeId}`);
          }
          return result;
        }}
      >
        {isNew ? null : <Differences s={s} />}
        {step.asks.length > 0 ? (
          <p className="text-sm mt-2">
            {`A second engineer decides: ${step.asks.join('; ')}. Nothing is used until it is approved.`}
          </p>
        ) : null}
        {s.draft.sample.kind === 'line-grating' && s.draft.sample.truncation === null ? (
          <p className="text-sm text-ink-2 mt-2">The order sweep runs now and becomes the certificate of this version.</p>
        ) : null}
      </ReasonDialog>
      <ReasonDialog
        open={asking === 'switch'}
        onClose={() => ask(null)}
        title={`${d.active ? 'Take out of use' : 'Back into use'}: ${d.name}`}
        confirm={d.active ? 'Take out of use' : 'Back into use'}
        onSubmit={(reason) => switchRecipe(d.id, d.version, !d.active, reason)}
      >
        <p>
          {d.active
            ? 'Spectra that name this recipe will be refused until it is back in use. Stored results stay.'
            : `Spectra that name this recipe are taken again and fitted by version ${d.version}.`}
        </p>
      </ReasonDialog>
    </>
  );
}

function Differences({ s }: { s: DraftState }) {
  return (
    <div className="max-h-64 overflow-auto">
      <table className="grid-table">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col" className="num">{`Version ${s.base.version}`}</th>
            <th scope="col" className="num">
              Draft
            </th>
          </tr>
        </thead>
        <tbody>
          {s.changes.map((c) => (
            <tr key={c.label}>
              <td className="whitespace-normal!">{c.label}</td>
              <td className="num">{c.from}</td>
              <td className="num font-semibold">{c.to}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
