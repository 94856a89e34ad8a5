import type { Db } from '@/lib/db';
import type { Condition } from '../conditions';
import { incidentOf, maintenance, onHold, openElsewhere, sistersOut } from './around';
import { mapTerm, recipeChanged } from './process';
import { beyondSpecification, otherStation, reMeasuredIn, ruleFired, signalsHold } from './signal';
import type { Decided, Subject } from './subject';

/** Answers a condition from the evidence of an alert as it is now. */
export async function decideByData(on: Db, s: Subject, c: Condition): Promise<Decided> {
  switch (c.is) {
    case 'rule':
      return ruleFired(s, c);
    case 'signals':
      return signalsHold(on, s, c);
    case 'sisters_out':
      return sistersOut(on, s, c);
    case 'map_term':
      return mapTerm(on, s, c);
    case 'maintenance':
      return maintenance(on, s, c);
    case 'recipe_changed':
      return recipeChanged(on, s);
    case 'other_station':
      return otherStation(on, s, c);
    case 'open_elsewhere':
      return openElsewhere(on, s);
    case 'beyond_specification':
      return beyondSpecification(on, s);
    case 're_measured_in':
      return reMeasuredIn(on, s);
    case 'incident_of':
      return incidentOf(on, s, c);
    case 'on_hold':
      return onHold(s);
  }
}
