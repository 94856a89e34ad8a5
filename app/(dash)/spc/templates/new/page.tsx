import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { contextLists } from '@/lib/services/spc/views/templates';
import { PageHead } from '@/lib/ui/components/panel';
import { pageActor } from '../../../session';
import { Editor } from '../editor';
import { NEW_TEMPLATE } from '../editor-draft';

export const metadata: Metadata = { title: 'New chart template' };

export default async function NewTemplatePage() {
  const actor = await pageActor('/spc/templates/new');
  return (
    <>
      <PageHead
        title="New chart template"
        sub="Say where and how; the preview shows each chart, its points of the last 30 days, and the false alarms a week that the rules would cost"
      />
      <Editor
        template={null}
        version={0}
        first={NEW_TEMPLATE}
        lists={await contextLists()}
        may={mayAs(actor.role, saveTemplate.least)}
        stored={null}
      />
    </>
  );
}
