/** What stands beside a field of limits while it is typed: the very rules that the services refuse by. */
export {
  enteredLimitProblems,
  type LimitField,
  type SpecificationValues,
  sharesNothing,
  specificationProblems,
} from '@/lib/spc';
