export { baselineLimits } from './baseline';
export { CONTEXT_POINTS, type JudgedPoint, judge } from './judge';
export type { Memory } from './kind';
export { CHART_KINDS, type ChartKind, dispersionName, kindOf } from './kinds';
export { type BaselineLimits, type Phase, phaseAt, type RawPoint } from './phase';
