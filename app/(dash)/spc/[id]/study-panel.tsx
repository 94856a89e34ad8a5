import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import { inForceAt, kindOf } from '@/lib/spc';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { Panel } from '@/lib/ui/components/panel';
import { priceWords } from './design-draft';
import { studyFacts } from './kind-words';

/** What the version in force is made of beyond its limits: what its study found, the settings of its kind, and what they cost in false alarms. */
export function StudyPanel({ data }: { data: SpcChartView }) {
  const version = inForceAt(data.versions, 'effectiveMs', data.toMs);
  const { design, price, label } = kindOf(data.chart.kind);
  const facts = studyFacts(data, version);
  const set = (design ?? []).flatMap((f): [string, string][] => {
    const v = version?.design?.[f.name] ?? f.fallback;
    if (v === null) return [];
    if (f.type === 'flag') return [[f.label, v === true ? 'on' : 'off']];
    return [[f.label, f.type === 'choice' ? (f.choices.find((c) => c.value === v)?.label ?? String(v)) : String(v)]];
  });
  const cost = price?.(version?.design ?? null) ?? null;
  if (facts.length + set.length === 0 && cost === null) return null;
  return (
    <Panel title="Study and design" note={label}>
      <Facts facts={[...facts, ...set]} />
      {cost === null ? null : <p className="text-sm text-ink-2 mt-2">{priceWords(cost)}</p>}
    </Panel>
  );
}
