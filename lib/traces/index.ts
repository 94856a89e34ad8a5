export { type FeatureList, featureNames, type StepWindow, summariseTrace } from './features';
