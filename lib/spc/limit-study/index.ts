export { changePoints, type Stretch } from './change-points';
export { type Alarm, alarmsUnder, compareVersions, type VersionComparison } from './compare';
export { type LimitPrecision, limitPrecision } from './precision';
export {
  LEAST_STUDY,
  type LimitStudy,
  type NoStudy,
  SIGMA_CHOICES,
  type SigmaChoice,
  type StudyOptions,
  type StudyRemark,
  studyLimits,
} from './study';
export { CHOICE_WORDS, REMARK_WORDS, SIGMA_WORDS } from './words';
