export { featureNames, type StepWindow, summariseTrace } from './features';
