import { db, type Sql, sql } from '@/lib/db';
import { isUuid } from '../address/uuid';

/** Detail pages: the list's name in the address → whether the item exists. */
export const THINGS: Readonly<Record<string, (id: string) => Sql>> = {
  alerts: (id) => sql`SELECT 1 FROM alert WHERE id = ${id}`,
  control: (id) => sql`SELECT 1 FROM control_loop WHERE id = ${id}`,
  overlay: (id) => sql`SELECT 1 FROM overlay_measurement WHERE id = ${id}`,
  recipes: (id) => sql`SELECT 1 FROM metrology_recipe WHERE id = ${id}`,
  runs: (id) => sql`SELECT 1 FROM run WHERE id = ${id}`,
  spc: (id) => sql`SELECT 1 FROM chart WHERE id = ${id}`,
  spectra: (id) => sql`SELECT 1 FROM spectrum WHERE id = ${id}`,
  vm: (id) => sql`SELECT 1 FROM vm_model WHERE id = ${id}`,
  wafers: (id) => sql`SELECT 1 FROM measurement WHERE id = ${id}`,
};
/** Pages at the addresses of detail pages. */
const OTHERS = new Set([
  '/spc/limits',
  '/spc/rows',
  '/spc/specifications',
  '/spc/templates',
  '/recipes/new',
  '/alerts/policies',
  '/alerts/hygiene',
  '/alerts/notifications',
]);

/** Whether an address is one of `OTHERS`. */
export const isBesideThings = (path: string): boolean => OTHERS.has(path);

/** Whether the address of a detail page names an item that exists; other addresses are left to the router. */
export async function pageExists(path: string): Promise<boolean> {
  const [, list = '', id, ...more] = path.split('/');
  if (list === 'lots' && id && more.length === 0)
    return (await db().one(sql`SELECT 1 FROM lot WHERE name = ${decodeURIComponent(id)}`)) !== undefined;
  const thing = Object.hasOwn(THINGS, list) ? THINGS[list] : undefined;
  if (thing === undefined || id === undefined || id === '' || more.length > 0 || isBesideThings(path)) return true;
  return isUuid(id) && (await db().one(thing(id))) !== undefined;
}
