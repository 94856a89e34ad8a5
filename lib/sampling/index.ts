export * from './design';
export * from './enumerate';
export * from './information-gain';
export { designScores } from './scores';
