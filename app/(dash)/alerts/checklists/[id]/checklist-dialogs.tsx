'use client';
import { useRouter } from 'next/navigation';
import type { ChecklistVersionView, ChecklistView } from '@/lib/services/checklists/views/list';
import type { ActionResult } from '@/lib/ui/action-result';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { approve, discard, giveBack, release, retire } from '../actions';

export type DialogName = 'release' | 'approve' | 'return' | 'discard' | 'retire';

/** What is done to a draft or a checklist as a whole, each with its reason. */
export function ChecklistDialogs({
  name,
  data,
  open,
  secondPerson,
  onClose,
}: {
  name: DialogName;
  data: ChecklistView;
  /** The draft, or what is proposed. */
  open: ChecklistVersionView | undefined;
  secondPerson: boolean;
  onClose: () => void;
}) {
  const router = useRouter();
  const of = { checklist: data.id, revision: open?.revision ?? 0 };
  const version = open?.version ?? 0;
  const ends = data.version === 0;
  const dialogs: Readonly<
    Record<DialogName, { title: string; confirm: string; says: string; does: (reason: string) => Promise<ActionResult> }>
  > = {
    release: {
      title: secondPerson ? `Propose version ${version}` : `Put version ${version} in force`,
      confirm: secondPerson ? 'Propose' : 'Put in force',
      says: secondPerson
        ? 'Another engineer puts it in force; until then alerts get the version before.'
        : 'Alerts that are raised from now on get it. Those that are open keep the version that they have.',
      does: (reason) => release(of, reason),
    },
    approve: {
      title: `Put version ${version} in force`,
      confirm: 'Put in force',
      says: `${open?.author ?? ''} proposed it: ${open?.reason ?? ''}`,
      does: (reason) => approve(of, reason),
    },
    return: {
      title: 'Make it a draft again',
      confirm: 'Make it a draft',
      says: 'It can be changed then.',
      does: (reason) => giveBack(of, reason),
    },
    discard: {
      title: `Discard the draft of version ${version}`,
      confirm: 'Discard',
      says: ends ? 'It was never in force: the checklist ends with its draft.' : `Version ${data.version} stays in force.`,
      does: async (reason) => {
        const result = await discard(of, reason);
        if (result.ok && ends) router.push('/alerts/checklists');
        return result;
      },
    },
    retire: {
      title: data.retired === null ? `Retire "${data.name}"` : `Restore "${data.name}"`,
      confirm: data.retired === null ? 'Retire' : 'Restore',
      says:
        data.retired === null
          ? 'No further alert gets it. Alerts that have it keep it, and policies go on naming it.'
          : 'Policies that name it give it to alerts again.',
      does: (reason) => retire(data.id, data.retired === null, reason),
    },
  };
  const d = dialogs[name];
  return (
    <ReasonDialog open onClose={onClose} title={d.title} confirm={d.confirm} onSubmit={d.does}>
      <p>{d.says}</p>
    </ReasonDialog>
  );
}
