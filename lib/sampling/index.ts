export type { PlanConstraints } from './constraints';
export * from './design';
export * from './enumerate';
export * from './information-gain';
export { type DesignCriterion, type DesignScores, designScores, type PriorPrecision } from './scores';
