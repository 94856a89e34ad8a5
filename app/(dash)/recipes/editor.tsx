'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useId, useState } from 'react';
import type { RecipeDraft } from '@/lib/services/recipes/views/drafts';
import type { RecipeView } from '@/lib/services/recipes/views/recipes';
import { needsRole } from '@/lib/ui/components/gate';
import { CertificatePanel } from '@/lib/ui/recipes/certificate';
import { withStarts } from '@/lib/ui/recipes/draft';
import { DraftProvider } from '@/lib/ui/recipes/draft-context';
import { DrawingPanel } from '@/lib/ui/recipes/drawing-panel';
import { ModelPanel } from '@/lib/ui/recipes/model-panel';
import { RecipeForm } from '@/lib/ui/recipes/recipe-form';
import { useDraftState } from '@/lib/ui/recipes/use-draft-state';
import { useSiteFit } from '@/lib/ui/recipes/use-site-fit';
import { DraftBar } from './draft-bar';
import { RecipeHead } from './head';
import { HistoryPanel } from './history';
import { type Identity, NewIdentity } from './identity';
import { newestOf } from './kept-drafts';
import { TrialPanel } from './trial-panel';
import { useHeldSite } from './use-held-site';
import { type KeptDraft, useKeptDraft } from './use-kept-draft';

interface EditorProps {
  data: RecipeView;
  may: boolean;
  /** The user's own draft as the page has it. */
  own: RecipeDraft | null;
}

/** A recipe as a draft beside its version in force: drawing and model on the left follow the form on the right. */
export function RecipeEditor({ data: d, may: isEngineer, own: shown }: EditorProps) {
  const own = newestOf(shown);
  const s = useDraftState(d, begunFrom(d, own));
  const may = isEngineer && own?.state !== 'proposed';
  const picked = useHeldSite(d);
  const fit = useSiteFit();
  const [identity, setIdentity] = useState<Identity>(() => identityOf(own !== null && d.version === 0 ? own : d));
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
      <RecipeHead d={d} s={s} may={may} mayAct={isEngineer} identity={identity} kept={kept} own={own} />
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

const identityOf = ({ name, operation, product }: Identity): Identity => ({ name, operation, product });

/** The saved draft with the version it is based on. */
function begunFrom(d: RecipeView, own: RecipeDraft | null) {
  if (own === null) return null;
  const base = d.versions.find((v) => v.version === own.baseVersion);
  return { base: { version: own.baseVersion, content: base?.content ?? d.content }, content: own.content };
}

/** The trial of the user's own draft, from its first save on. */
function OwnTrial({ d, own, kept, may }: { d: RecipeView; own: RecipeDraft | null; kept: KeptDraft; may: boolean }) {
  const router = useRouter();
  const id = kept.at?.id;
  useEffect(() => {
    if (id === undefined || own?.id === id) return;
    if (d.version === 0) window.history.replaceState(null, '', `/recipes/new?draft=${id}`);
    router.refresh();
  }, [id, own?.id, d.version, router]);
  if (own === null || kept.at?.id !== own.id) return null;
  const waits = !may ? needsRole('engineer') : kept.isKept ? null : 'The draft is being kept…';
  return <TrialPanel draft={own} revision={kept.at.revision} isOwn waits={waits} />;
}
