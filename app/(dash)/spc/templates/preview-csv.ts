import { characteristicWords } from '@/lib/characteristic';
import type { Preview } from '@/lib/services/spc/templates/preview';
import { toCsv } from '@/lib/ui/csv';

/** A preview as a file: one line a chart. */
export const previewCsv = (p: Preview): string =>
  toCsv(
    [
      'Chart',
      'State',
      'Characteristic',
      'Characteristic in words',
      'Operation',
      'Parameter',
      'Tool',
      'Chamber',
      'Recipe',
      'Product',
      `Points in ${Math.round(p.days)} days`,
      'False alarms a week',
      'Keeps own limits',
      'Keeps own rules',
      'Id',
    ],
    p.charts.map((c) => [
      c.title,
      c.state,
      c.characteristic,
      characteristicWords(c.characteristic),
      c.operation,
      c.parameter,
      c.tool,
      c.chamber,
      c.recipe,
      c.product,
      c.points,
      c.falseAlarms,
      c.keepsLimits,
      c.keepsRules,
      c.id,
    ]),
  );
