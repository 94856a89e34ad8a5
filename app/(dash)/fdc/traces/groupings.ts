/** What runs of an overlay are coloured by. */
export const GROUPINGS = [
  { value: 'chamber', label: 'chamber' },
  { value: 'tool', label: 'tool' },
  { value: 'product', label: 'product' },
  { value: 'lot', label: 'lot' },
  { value: 'outcome', label: 'outcome' },
] as const;
