export { baselineLimits } from './baseline';
export { type Design, type DesignField, designProblems } from './design';
export { CONTEXT_EVENTS, CONTEXT_POINTS, type JudgedPoint, judge, MOST_CONTEXT_RECORDS } from './judge';
export type { Memory, Price } from './kind';
export { CHART_KINDS, type ChartKind, comparedBy, dispersionName, kindOf, plottedUnit, valueUnit } from './kinds';
export { type BaselineLimits, type Phase, phaseAt, type RawPoint, type StoredLimits, type Study } from './phase';
export { MOST_VARIABLES, missingOf, variablesStudy } from './variables';
