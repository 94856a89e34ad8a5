export { decimate } from './decimate';
export { leavesBand, orderByDeviation, type TraceDeviation, traceDeviation } from './deviation';
export { featureNames, type StepWindow, summariseTrace } from './features';
export { alignToSteps, type GoldenBand, goldenBand, LEAST_RUNS } from './golden-band';
export { stepIndicators } from './indicators';
export { type Alignment, originOf } from './place';
