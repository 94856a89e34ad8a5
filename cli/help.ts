import type { ComputeFunction } from '@/lib/compute/define';

const LIMIT = 1500;

/** What a CSV file may hold, which tables come back, and an example. */
export function helpAfter(f: ComputeFunction): string {
  const { columns = [], rest, group, write } = f.table ?? {};
  const csv = [
    columns.length > 0
      ? `columns ${columns.map((c) => `${c.name}${c.isOptional ? '?' : ''}${c.unit ? ` (${c.unit})` : ''}`).join(', ')}`
      : '',
    group ? `columns ${group.label}, ${group.value}: rows with the same ${group.label} belong together` : '',
    rest ? `${rest.text}` : '',
  ].filter(Boolean);
  const example = JSON.stringify(f.example);
  const lines = [
    csv.length > 0 ? `CSV in: ${csv.join('; ')}.` : 'In: JSON.',
    write
      ? `CSV out: ${Object.entries(write)
          .map(([name], i) => (i === 0 ? `${name} (default)` : name))
          .join(', ')}.`
      : '',
    'Lists: 1,2,3 or from:to:step. Objects: JSON, or @file.json (a result that holds the field passes on as it is).',
    example.length <= LIMIT ? `Example input:\n${example}` : '',
  ];
  return `\n${lines.filter(Boolean).join('\n')}`;
}
