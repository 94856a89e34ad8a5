import { WAFER_MEAN } from '@/lib/characteristic';
import { db, sql } from '@/lib/db';
import type { SpecificationValues } from '@/lib/spc';
import { SPECIFICATION_OF_CHART } from '../chart-specification';

export interface SpecificationSpan extends SpecificationValues {
  version: number;
  fromMs: number;
  author: string;
  reason: string;
}

/** The specification that a chart's values are judged by. */
export interface ChartSpecification extends SpecificationValues {
  /** Its versions, oldest first, where the chart is of one product; else only the version in force. */
  spans: SpecificationSpan[];
  /** Products of this chart are specified differently, or only some of them are, so that no specification holds for all of its points. */
  differs: boolean;
  /** An individuals chart of the wafers' means at this operation has a specification of this parameter. */
  ofWafers: boolean;
  /** Products of this chart without a specification, where others have one. */
  unspecified: string[];
  /** Address of the screen that shows and changes it; null where the chart has none. */
  href: string | null;
}

export const specificationHref = (operation: string, parameter: string, product: string | null): string =>
  `/spc/specifications?operation=${encodeURIComponent(operation)}&parameter=${encodeURIComponent(parameter)}${product === null ? '' : `&product=${encodeURIComponent(product)}`}`;

/** The specification of a chart now and before. */
export async function chartSpecification(c: {
  id: string;
  operation: string;
  parameter: string;
  product: string | null;
}): Promise<ChartSpecification> {
  const [now, spans] = await Promise.all([
    db().one<SpecificationValues & { contexts: number; unspecified: string[] | null; ofWafers: boolean }>(sql`
      SELECT spec.*, EXISTS (SELECT 1 FROM chart o JOIN specification s ON s.operation = o.operation AND s.parameter = o.parameter AND (o.product IS NULL OR o.product = s.product)
          WHERE o.active AND o.specified AND o.kind = 'individuals' AND o.characteristic = ${WAFER_MEAN} AND o.operation = c.operation AND o.parameter = c.parameter
            AND (c.product IS NULL OR c.product = s.product)) AS "ofWafers"
      FROM chart c ${SPECIFICATION_OF_CHART} WHERE c.id = ${c.id}`),
    c.product === null
      ? []
      : db().rows<Omit<SpecificationSpan, 'fromMs'> & { valid_from: Date }>(sql`
          SELECT v.version, v.valid_from, v.target, v.lsl, v.usl, v.author, v.reason FROM specification_version v JOIN chart c ON c.id = ${c.id} AND c.specified
          WHERE v.product = ${c.product} AND v.operation = ${c.operation} AND v.parameter = ${c.parameter} ORDER BY v.version`),
  ]);
  const { lsl = null, usl = null, target = null, contexts = 0, unspecified = null, ofWafers = false } = now ?? {};
  return {
    lsl,
    usl,
    target,
    spans: spans.map(({ valid_from, ...v }) => ({ ...v, fromMs: valid_from.getTime() })),
    differs: contexts > 1,
    ofWafers,
    unspecified: unspecified ?? [],
    href: contexts === 0 ? null : specificationHref(c.operation, c.parameter, c.product),
  };
}
