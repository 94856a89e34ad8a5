/** Messages beside a field of limits while typing: the same rules as the services'. */
export {
  enteredLimitProblems,
  type LimitField,
  type SpecificationValues,
  sharesNothing,
  specificationProblems,
} from '@/lib/spc';
