import { db, type Sql, sql } from '@/lib/db';
import { BUILT_IN_SETS } from '@/lib/spc';
import { isUuid } from '../address/uuid';

const byId = (table: Sql) => (id: string) => (isUuid(id) ? sql`SELECT 1 FROM ${table} WHERE id = ${id}` : null);

/** Pages of one thing: where their list lies → the question whether a thing exists; null where an id cannot be one. */
export const THINGS: Readonly<Record<string, (id: string) => Sql | null>> = {
  alerts: byId(sql`alert`),
  'alerts/checklists': byId(sql`checklist`),
  control: byId(sql`control_loop`),
  incidents: byId(sql`incident`),
  lots: (name) => sql`SELECT 1 FROM lot WHERE name = ${name}`,
  overlay: byId(sql`overlay_measurement`),
  recipes: byId(sql`metrology_recipe`),
  runs: byId(sql`run`),
  spc: byId(sql`chart`),
  'spc/limits': byId(sql`limit_proposal`),
  'spc/rules': (id) => (BUILT_IN_SETS.some((set) => set.id === id) ? sql`SELECT 1` : byId(sql`rule_set`)(id)),
  'spc/templates': byId(sql`chart_template`),
  spectra: byId(sql`spectrum`),
  vm: byId(sql`vm_model`),
  wafers: byId(sql`measurement`),
};
/** Pages at the addresses of things. */
const OTHERS = new Set([
  '/spc/limits',
  '/spc/rows',
  '/spc/rules',
  '/spc/rules/new',
  '/spc/specifications',
  '/spc/templates',
  '/spc/templates/new',
  '/recipes/new',
  '/alerts/checklists',
  '/alerts/checklists/new',
  '/alerts/hygiene',
  '/alerts/notifications',
  '/alerts/policies',
]);

/** Whether an address is one of `OTHERS`. */
export const isBesideThings = (path: string): boolean => OTHERS.has(path);

/** Whether the address of a detail page names an item that exists; other addresses are left to the router. */
export async function pageExists(path: string): Promise<boolean> {
  const cut = path.lastIndexOf('/');
  const [list, id] = [path.slice(1, cut), path.slice(cut + 1)];
  const thing = Object.hasOwn(THINGS, list) ? THINGS[list] : undefined;
  if (thing === undefined || id === '' || isBesideThings(path)) return true;
  const question = thing(decodeURIComponent(id));
  return question !== null && (await db().one(question)) !== undefined;
}
