'use server';
import { revalidatePath } from 'next/cache';
import { type TemplateDraft, templateContent } from '@/lib/services/spc/templates/content';
import { type Preview, previewTemplate } from '@/lib/services/spc/templates/preview';
import { restoreChart, restoreTemplate, retireChart, retireTemplate } from '@/lib/services/spc/templates/retire';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { createChart, previewChart, type SingleChart, type SinglePreview } from '@/lib/services/spc/templates/single';
import { type SeenVariables, seenVariables } from '@/lib/services/spc/views/variables';
import { asSent } from '@/lib/services/verb';
import type { ActionResult } from '@/lib/ui/action-result';
import { act, actFor, readingActor } from '../../session';
import { previewCsv } from './preview-csv';

/** Rows of a preview that are drawn; the file has all of them. */
const SHOWN = 300;

/** A preview, or why there is none, with the field. */
export interface Previewed<P> {
  readonly value: P | null;
  readonly error: string | null;
  readonly field: string | null;
}

const told = <P>({ result, value }: { result: ActionResult; value: P | null }): Previewed<P> =>
  result.ok ? { value, error: null, field: null } : { value: null, error: result.error, field: result.field ?? null };

/** What a template would make, its first charts; the counts are of all. */
export async function previewDraft(template: string | null, content: TemplateDraft): Promise<Previewed<Preview>> {
  const all = told(await actFor(previewTemplate, { template, content }, ''));
  return all.value === null ? all : { ...all, value: { ...all.value, charts: all.value.charts.slice(0, SHOWN) } };
}

/** Values that were seen in the places of a template, to choose variables from. */
export async function findVariables(place: Pick<TemplateDraft, 'where'>, find: string): Promise<Previewed<SeenVariables>> {
  await readingActor();
  const where = templateContent.shape.where.safeParse(place.where);
  if (!where.success) return { value: null, error: 'The patterns above cannot be read: mend them first.', field: null };
  return { value: await seenVariables({ where: where.data }, String(find).slice(0, 200)), error: null, field: null };
}

/** All charts of a preview as a file. */
export async function previewFile(template: string | null, content: TemplateDraft): Promise<Previewed<string>> {
  const all = told(await actFor(previewTemplate, { template, content }, ''));
  return { ...all, value: all.value === null ? null : previewCsv(all.value) };
}

/** Saves a template; the answer has its id. */
export async function save(
  template: string | null,
  seen: number,
  name: string,
  content: TemplateDraft,
  reason: string,
): Promise<{ result: ActionResult; id: string | null }> {
  const { result, value } = await actFor(
    saveTemplate,
    { template, seen, name, content, reason },
    (s) => `Version ${s.version}: ${s.made} charts made, ${s.kept} follow, ${s.takenBack} taken back, ${s.retired} retired.`,
  );
  revalidatePath('/spc', 'layout');
  return { result, id: value?.id ?? null };
}

/** Retires a template with its charts, or takes it back with them. */
export async function setTemplateRetired(
  template: string,
  seen: number,
  retired: boolean,
  reason: string,
): Promise<ActionResult> {
  const { result } = await actFor(retired ? retireTemplate : restoreTemplate, { template, seen, reason }, (n) =>
    retired ? `Retired with ${n} charts.` : `Restored with ${n} charts, which fill with what they missed.`,
  );
  revalidatePath('/spc', 'layout');
  return result;
}

/** Retires one chart, or takes it back. */
export async function setChartRetired(chart: string, retired: boolean, reason: string): Promise<ActionResult> {
  const result = await act(
    retired ? retireChart : restoreChart,
    { chart, reason },
    retired ? 'The chart is retired; its points stay.' : 'The chart is back, and fills with what it missed.',
  );
  revalidatePath('/spc', 'layout');
  return result;
}

export async function previewSingle(chart: SingleChart): Promise<Previewed<SinglePreview>> {
  return told(await actFor(previewChart, { chart: asSent(chart) }, ''));
}

/** Makes one chart; the answer has its id. */
export async function makeChart(chart: SingleChart, reason: string): Promise<{ result: ActionResult; id: string | null }> {
  const { result, value } = await actFor(
    createChart,
    { chart: asSent(chart), reason },
    (c) => `${c.title} is made, and fills from history.`,
  );
  revalidatePath('/spc', 'layout');
  return { result, id: value?.id ?? null };
}
