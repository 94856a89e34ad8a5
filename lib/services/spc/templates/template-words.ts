/** Labels of the forms of templates and charts. */
export const TEMPLATE_WORDS: Readonly<Record<string, string>> = {
  name: 'Name',
  title: 'Title',
  rules: 'Rules',
  lambda: 'λ',
  widthL: 'L',
  baselineN: 'Baseline',
  variables: 'Variables',
  characteristic: 'Characteristic',
};
