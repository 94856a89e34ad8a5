import type { ParameterDefinition } from './types';

/** Where polished wafers are inspected for scratches. */
export const INSPECTED_OPERATION = 'CMP-CU';

/** What is counted there, by wafers inspected. */
export const COUNTED: readonly ParameterDefinition[] = [
  { parameter: 'scratches', unit: 'wafer', digits: 0, description: 'Scratches found on the wafers of a lot by inspection' },
  {
    parameter: 'scratched_wafers',
    unit: 'wafer',
    digits: 0,
    description: 'Wafers of a lot with a long scratch, of those inspected',
  },
];
