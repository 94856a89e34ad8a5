import { perDatabase, sql, type Tx } from '@/lib/db';
import type { Payload, Ref } from '@/lib/queue/jobs';
import { contextKey, contextsOf, noteContexts, type SeenContext } from './contexts';
import { chartsOf, expandTemplate, type WantedChart } from './expand';
import { startFill } from './fill-start';
import { existingCharts, insertCharts, madeFrom } from './make';
import { readMaster } from './master';
import { lockMaking, type StoredTemplate, templatesInUse } from './stored';

/** What each template makes of a context, by template version, context and what it brings. */
const answers = perDatabase(() => new Map<string, readonly WantedChart[]>());
/** Ids of charts that are in the database. */
const there = perDatabase(() => new Set<string>());
const ANSWERS_MOST = 50_000;
const THERE_MOST = 500_000;

/** A wanted chart, by whom, and whether its context is new with this transaction. */
interface Asked {
  readonly chart: WantedChart;
  readonly template: StoredTemplate;
  readonly isFirst: boolean;
}

/**
 * Makes the charts that templates want of the contexts of these records, in the transaction that charts their values: a new tool, recipe or product has
 * its charts with its first wafer. What was answered once is remembered, so that a job of known contexts asks three small questions.
 * A chart of a context that was seen before is filled from history; one of a new context has none.
 * @returns the contexts, which say which charts may take the values.
 */
export async function makeNewCharts(
  tx: Tx,
  source: Payload<'spc'>['source'],
  refs: readonly Ref[],
  now: Date,
): Promise<SeenContext[]> {
  const seen = await contextsOf(tx, source, refs);
  if (seen.length === 0) return seen;
  const first = await noteContexts(tx, seen);
  const asked = await askedFor(tx, seen, first);
  const missing = asked.filter((a) => !there().has(a.chart.id));
  if (missing.length > 0) await makeMissing(tx, missing, now);
  return seen;
}

async function askedFor(tx: Tx, seen: readonly SeenContext[], first: ReadonlySet<string>): Promise<Asked[]> {
  const templates = await templatesInUse(tx);
  const stamp = (await tx.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM specification`))!.n;
  const known = answers();
  if (known.size > ANSWERS_MOST) known.clear();
  let master: Awaited<ReturnType<typeof readMaster>> | null = null;
  const out: Asked[] = [];
  for (const c of seen)
    for (const template of templates) {
      const key = `${template.id} ${template.version} ${stamp} ${contextKey(c)} ${c.names.join()}`;
      let charts = known.get(key);
      if (charts === undefined) {
        master ??= await readMaster(tx);
        charts = chartsOf(template.content, c, master);
        known.set(key, charts);
      }
      for (const chart of charts) out.push({ chart, template, isFirst: first.has(contextKey(c)) });
    }
  return out;
}

async function makeMissing(tx: Tx, missing: readonly Asked[], now: Date): Promise<void> {
  const before = await existingCharts(tx, [...new Set(missing.map((m) => m.chart.id))]);
  const known = there();
  if (known.size > THERE_MOST) known.clear();
  for (const id of before.keys()) known.add(id);
  if (missing.every((m) => before.has(m.chart.id))) return;
  await lockMaking(tx);
  const now2 = await existingCharts(tx, [...new Set(missing.map((m) => m.chart.id))]);
  const byTemplate = new Map<string, Asked[]>();
  for (const m of missing) {
    if (now2.has(m.chart.id)) continue;
    now2.set(m.chart.id, { id: m.chart.id, template_id: m.template.id, retired_at: null, retired_by_template: false });
    byTemplate.set(m.template.id, [...(byTemplate.get(m.template.id) ?? []), m]);
  }
  for (const list of byTemplate.values()) {
    const { template } = list[0]!;
    await makeOf(
      tx,
      template,
      list.map((l) => l.chart),
    );
    const late = list.filter((l) => !l.isFirst).map((l) => l.chart);
    await startFill(tx, { templateId: template.id, author: template.author, charts: late, now });
  }
}

const makeOf = (tx: Tx, t: StoredTemplate, charts: readonly WantedChart[]): Promise<number> =>
  insertCharts(tx, charts, t.content, {
    templateId: t.id,
    templateVersion: t.version,
    author: t.author,
    reason: madeFrom(t.name, t.version),
  });

/**
 * Makes the charts of all templates that the registered master data make possible, before the first wafer comes: called when the fab is registered.
 * @returns how many are new.
 */
export async function makeRegisteredCharts(tx: Tx): Promise<number> {
  await lockMaking(tx);
  const master = await readMaster(tx);
  let made = 0;
  for (const t of await templatesInUse(tx)) {
    const wanted = await expandTemplate(t.content, master.possible, master);
    made += await makeOf(
      tx,
      t,
      [...wanted.values()].map((w) => w.chart),
    );
  }
  return made;
}
