import type { HygienePage } from '@/lib/services/hygiene/page';
import { YARDSTICKS } from '@/lib/spc';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { count, num, percent, plural, shortTime } from '@/lib/ui/format';
import { ActorsTable } from './actors-table';
import { FloodTable, PriceTable, StaleTable, TimesTable, UnphasedTable } from './tables';

interface Yardstick {
  readonly name: string;
  readonly value: string;
  readonly limit: string;
  /** Null: it says nothing here. */
  readonly ok: boolean | null;
  /** The definition. */
  readonly title: string;
}

/** The numbers of the window beside those of the yard-sticks. */
function yardsticks(d: HygienePage): Yardstick[] {
  const { perDay, floodShare, topTenShare, stale } = YARDSTICKS;
  const staleN = d.stale[0]?.total ?? 0;
  return [
    {
      name: 'Alarms a day and operator',
      value: num(d.rates.perOperatorDay, d.rates.perOperatorDay < 1 ? 2 : d.rates.perOperatorDay < 10 ? 1 : 0),
      limit: `${perDay.acceptable} acceptable, ${perDay.most} at most`,
      ok: d.rates.perOperatorDay <= perDay.acceptable,
      title:
        'An alarm is an alert that was raised or reopened. All of the window, over its days and the operators at a time. ISA-18.2 §16.5.',
    },
    {
      name: 'Worst day, for an operator',
      value: num(d.rates.worstDay, 0),
      limit: `${perDay.most} at most`,
      ok: d.rates.worstDay <= perDay.most,
      title: 'Alarms of the worst UTC day over the operators at a time. ISA-18.2 §16.5.',
    },
    {
      name: 'Time in floods',
      value: percent(d.rates.floodShare, 2),
      limit: `${percent(floodShare, 0)} at most`,
      ok: d.rates.floodShare <= floodShare,
      title:
        'A flood begins with the first of ten alarms for each operator within ten minutes and ends when the last ten minutes hold fewer than five. ISA-18.2 §16.5, EEMUA 191.',
    },
    {
      name: 'Ten most frequent causes',
      value: percent(d.topTen, 0),
      limit: d.causes <= 10 ? 'there are not more than ten' : `${percent(topTenShare, 0)} at most`,
      ok: d.causes <= 10 ? null : d.topTen <= topTenShare,
      title: `Share of all alarms. With ten causes or fewer it says nothing. ISA-18.2 §16.5.`,
    },
    {
      name: 'Chattering causes',
      value: count(d.chattering),
      limit: 'there should be none',
      ok: d.chattering === 0,
      title: 'Causes (a chart, a station, a recipe) with three alarms or more within 24 hours. ISA-18.2 asks for none.',
    },
    {
      name: 'Stale alerts',
      value: count(staleN),
      limit: `fewer than ${stale}`,
      ok: staleN < stale,
      title:
        'Alerts that wait now and that no person has touched for the chosen time; snoozed ones are left out. ISA-18.2 §16.5.',
    },
  ];
}

/** Yard-sticks, bad actors, and the lists behind the numbers. */
export function HygieneView({ data, staleHours }: { data: HygienePage; staleHours: number }) {
  const { rates } = data;
  return (
    <div className="flex flex-col gap-3">
      <Panel
        title="Yard-sticks"
        note={`${plural(rates.alarms, 'alarm')} in ${num(rates.days, 0)} days, ${plural(data.operators, 'operator')} at a time · ANSI/ISA-18.2, EEMUA 191`}
      >
        <dl className="grid grid-cols-3 min-[1700px]:grid-cols-6 gap-x-6 gap-y-3">
          {yardsticks(data).map((y) => (
            <div key={y.name} title={y.title}>
              <dt className="text-sm text-ink-2 underline decoration-dotted underline-offset-2">{y.name}</dt>
              <dd className="flex items-baseline gap-2">
                <b className="text-lg tabular-nums">{y.value}</b>
                <StatusMark status={y.ok === null ? 'idle' : y.ok ? 'ok' : 'warn'} text={y.limit} />
              </dd>
            </div>
          ))}
        </dl>
        {data.sumsFromMs === null ? null : (
          <p className="text-sm text-ink-2 mt-2">{`Points are summed from ${shortTime(data.sumsFromMs)} UTC on: what chance gives is too low until the sums of older points are filled.`}</p>
        )}
      </Panel>
      <ActorsTable actors={data.actors} causes={data.causes} alarms={rates.alarms} />
      <PriceTable prices={data.prices} />
      <UnphasedTable rows={data.unphased} />
      <div className="grid grid-cols-1 min-[1700px]:grid-cols-2 gap-3 items-start">
        <FloodTable floods={rates.floods} operators={data.operators} />
        <StaleTable rows={data.stale} hours={staleHours} />
      </div>
      <TimesTable rows={data.times} />
    </div>
  );
}
