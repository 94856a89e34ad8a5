export { type Alarm, compareVersions } from './compare';
export {
  hasSigmaChoice,
  type LimitStudy,
  type NoStudy,
  SIGMA_CHOICES,
  type SigmaChoice,
  type StudyOptions,
  studyLimits,
} from './study';
export { CHOICE_WORDS, REMARK_WORDS, SIGMA_WORDS } from './words';
