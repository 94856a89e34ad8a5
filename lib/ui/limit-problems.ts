/** What stands beside a field of limits while it is typed: the very rules that the services refuse by. */
export {
  enteredLimitProblems,
  type LimitField,
  type SpecificationValues,
  specificationProblems,
} from '@/lib/spc';
