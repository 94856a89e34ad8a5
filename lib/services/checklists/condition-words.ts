import type { Condition } from './conditions';

export type ConditionName = Condition['is'];

/** A field of a condition as the editor asks for it. */
export interface ConditionField {
  readonly name: string;
  readonly label: string;
  /** `numbers` and `texts` are lists with commas. */
  readonly type: 'number' | 'numbers' | 'texts';
  readonly first: string;
}

/** What the editor offers: name, question, and fields, in the order of an investigation. */
export const CONDITIONS: Readonly<Record<ConditionName, { readonly label: string; readonly fields: readonly ConditionField[] }>> =
  {
    rule: { label: 'The rule that fired', fields: [{ name: 'rules', label: 'Rules', type: 'numbers', first: '1' }] },
    signals: { label: 'Signals that hold', fields: [{ name: 'least', label: 'At least', type: 'number', first: '2' }] },
    beyond_specification: { label: 'Value beyond the specification', fields: [] },
    re_measured_in: { label: 'Measured again, within the limits', fields: [] },
    other_station: {
      label: 'Another station agrees',
      fields: [{ name: 'percent', label: 'Within, % of the value', type: 'number', first: '0.5' }],
    },
    sisters_out: {
      label: 'Sister chambers out of control too',
      fields: [{ name: 'hours', label: 'Within, hours', type: 'number', first: '24' }],
    },
    open_elsewhere: { label: 'Same fault open elsewhere', fields: [] },
    incident_of: { label: 'Alerts in its incident', fields: [{ name: 'least', label: 'At least', type: 'number', first: '2' }] },
    maintenance: {
      label: 'Maintenance or event before it',
      fields: [{ name: 'hours', label: 'Within, hours', type: 'number', first: '24' }],
    },
    recipe_changed: { label: 'Recipe changed since the last good lot', fields: [] },
    map_term: {
      label: 'Pattern of the map',
      fields: [{ name: 'terms', label: 'Terms n.m', type: 'texts', first: '2.0, 4.0' }],
    },
    on_hold: { label: 'Lot, chamber or tool on hold', fields: [] },
  };

const list = (items: readonly (string | number)[], last: string): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;

/** The question in words. */
export function conditionWords(c: Condition): string {
  switch (c.is) {
    case 'rule':
      return `Is the rule that fired ${list(c.rules, 'or')}?`;
    case 'signals':
      return `Do at least ${c.least} signals hold?`;
    case 'sisters_out':
      return `Was a sister chamber out of control within ${c.hours} h of it?`;
    case 'map_term':
      return `Is ${list(c.terms, 'or')} the largest Zernike term of the map, against the last good lot?`;
    case 'maintenance':
      return `Was there maintenance or another event of the tool in the ${c.hours} h before it?`;
    case 'recipe_changed':
      return 'Did the recipe change since the last good lot?';
    case 'other_station':
      return `Does another station agree within ${c.percent} %?`;
    case 'open_elsewhere':
      return 'Is the same fault open on another tool or chamber?';
    case 'beyond_specification':
      return 'Is the value beyond the specification?';
    case 're_measured_in':
      return 'Was it measured again, within the control limits?';
    case 'incident_of':
      return `Does its incident have at least ${c.least} alerts?`;
    case 'on_hold':
      return 'Is its lot, chamber or tool on hold?';
  }
}
