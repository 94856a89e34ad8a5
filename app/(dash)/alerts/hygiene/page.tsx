import type { Metadata } from 'next';
import { hygienePage } from '@/lib/services/hygiene/page';
import { fabLists } from '@/lib/services/spc/views/list';
import { choice, integer, param, type SearchParams } from '@/lib/ui/address';
import { FilterBar } from '@/lib/ui/components/filter-bar';
import { PageHead } from '@/lib/ui/components/panel';
import { pageActor } from '../../session';
import { HygieneView } from './hygiene-view';

export const metadata: Metadata = { title: 'Alarm hygiene' };

const DAYS = ['7', '30', '90'] as const;
const STALE_HOURS = ['8', '24', '72', '168'] as const;
const OPERATORS = [1, 2, 3, 5, 10, 20];
const HOUR = 3_600_000;

export default async function HygienePage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await pageActor('/alerts/hygiene');
  const p = await searchParams;
  const now = Date.now();
  const days = Number(choice(p, 'days', DAYS, '30'));
  const staleHours = Number(choice(p, 'stale', STALE_HOURS, '24'));
  const operators = integer(p, 'operators', 0, 1, 200);
  const [data, lists] = await Promise.all([
    hygienePage(
      { fromMs: now - days * 24 * HOUR, toMs: now, area: param(p, 'area') },
      operators === 0 ? null : operators,
      staleHours * HOUR,
    ),
    fabLists(),
  ]);
  const options = (list: readonly (string | number)[], words: (v: string) => string = (v) => v) =>
    list.map((v) => ({ value: String(v), label: words(String(v)) }));
  return (
    <>
      <PageHead
        title="Alarm hygiene"
        sub="Which alerts call people, how often, and for how much of it chance is enough. What could be done is proposed with its price; nothing changes by itself"
      />
      <FilterBar
        fields={[
          { key: 'days', label: 'Time', fallback: '30', all: null, options: options(DAYS, (v) => `Last ${v} days`) },
          { key: 'area', label: 'Area', options: options(lists.areas) },
          {
            key: 'operators',
            label: 'Operators at a time',
            all: `As registered (${Math.max(1, data.registered)})`,
            options: options(OPERATORS),
          },
          {
            key: 'stale',
            label: 'Stale after',
            fallback: '24',
            all: null,
            options: options(STALE_HOURS, (v) => (Number(v) < 72 ? `${v} h` : `${Number(v) / 24} days`)),
          },
        ]}
      />
      <HygieneView data={data} staleHours={staleHours} />
    </>
  );
}
