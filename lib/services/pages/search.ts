import { db, type Sql, sql } from '@/lib/db';

export interface Hit {
  kind: string;
  title: string;
  detail: string;
  /** Its page; empty where `more` continues the search. */
  href: string;
  /** There are more of this kind than listed: the kind to search for. */
  more?: string;
}

/** Hits per kind at first, and when only that kind is searched. */
const A_KIND = 5;
const OF_ONE_KIND = 50;
/** Order of the kinds where no name begins with the text that was typed. */
const KINDS = ['wafer', 'lot', 'tool', 'product', 'chart', 'loop', 'recipe', 'alert', 'spectra'] as const;

/** Runs of letters and runs of digits: "lit02" gives "lit" and "02", as do "LIT-02" and "02 lit". */
export const tokensOf = (q: string): string[] => (q.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? []).slice(0, 12);

/** A wafer: a piece of the lot's name, a separator, the slot ("A1043.07", "193 8", "A1043 w07"). */
const WAFER = /^(.*[\p{L}\p{N}])[\s._#/-]+w?(\d{1,2})$/iu;

/** Words by which alerts of a kind are found, beside their titles. */
const ALERT_WORDS = sql`CASE kind WHEN 'recipe' THEN 'wrong recipe' WHEN 'spectra' THEN 'refused spectra' END`;

/** Without separators: "L5H8-00193" and "l5h8 00193" are the same. */
const bare = (text: Sql): Sql => sql`lower(regexp_replace(${text}, '[^[:alnum:]]+', '', 'g'))`;
/** A text matches when it holds every token, or the typed text as a whole; texts that begin with the whole come first, then those that hold it. */
const holds = (text: Sql, tokens: readonly string[]): Sql =>
  sql`(lower(${text}) LIKE ALL (${tokens.map((t) => `%${t}%`)}::text[]) OR position(${tokens.join('')} IN ${bare(text)}) > 0)`;
const order = (text: Sql, tokens: readonly string[]): Sql =>
  sql`position(${tokens.join('')} IN ${bare(text)}) = 0, NOT starts_with(${bare(text)}, ${tokens.join('')})`;

/** The hits by kind, kinds with a name that begins with the typed text first, each with at most `most` hits, and a last line where there are more. */
export function arranged(hits: readonly Hit[], tokens: readonly string[], most: number): Hit[] {
  const piece = tokens.join('');
  const begins = (h: Hit): boolean => (h.title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join('').startsWith(piece);
  const groups = KINDS.map((kind) => hits.filter((h) => h.kind === kind));
  const isNamed = (g: readonly Hit[]): number => (g.some(begins) ? 0 : 1);
  return groups
    .sort((a, b) => isNamed(a) - isNamed(b))
    .flatMap((g) => {
      const kind = g[0]?.kind ?? '';
      const last: Hit[] = g.length > most ? [{ kind, title: `More: kind ${kind}…`, detail: '', href: '', more: kind }] : [];
      return [...g.slice(0, most), ...last];
    });
}

/**
 * Finds lots, wafers, tools, charts, loops, recipes, products and alerts by the words of their names, in any order.
 * @param kind - only this kind, up to 50 hits; not given: all kinds, at most five hits each.
 */
export async function searchEverything(text: string, kind: string | null = null): Promise<Hit[]> {
  const q = text.trim().slice(0, 100);
  const t = tokensOf(q);
  if (q.length < 2 || t.length === 0) return [];
  const most = kind === null ? A_KIND : OF_ONE_KIND;
  const limit = most + 1;
  const wafer = WAFER.exec(q);
  const ofLot = wafer === null ? [] : tokensOf(wafer[1]!);
  const slot = Number(wafer?.[2] ?? 0);
  const lots = sql`SELECT name FROM lot WHERE ${holds(sql`name`, t)} ORDER BY ${order(sql`name`, t)}, started_at DESC LIMIT ${limit}`;
  const chart = sql`concat_ws(' ', title, operation, area, layer)`;
  const loop = sql`concat_ws(' ', name, operation, product, parameter, knob)`;
  const alert = sql`concat_ws(' ', title, area, tool, operation, product, lot, ${ALERT_WORDS})`;
  const tool = sql`concat_ws(' ', name, area, kind)`;
  const branches: Readonly<Record<(typeof KINDS)[number], Sql>> = {
    wafer: sql`SELECT 'wafer', name || '.' || lpad(${String(slot)}, 2, '0'), product, '/wafers?lot=' || name || '&slot=' || ${String(slot)}
        FROM lot WHERE ${wafer !== null} AND ${holds(sql`name`, ofLot)} AND ${slot} BETWEEN 1 AND wafers ORDER BY ${order(sql`name`, ofLot)}, started_at DESC LIMIT ${limit}`,
    lot: sql`SELECT 'lot', name, product || ', ' || wafers || ' wafers' || CASE WHEN EXISTS (SELECT 1 FROM process_hold h WHERE h.lot = lot.name AND h.released_at IS NULL) THEN ', on hold' ELSE '' END, '/lots/' || name FROM lot WHERE name IN (${lots}) ORDER BY ${order(sql`name`, t)}, started_at DESC`,
    spectra: sql`SELECT 'spectra', lot, recipe || ', ' || count(*) || ' wafers', '/spectra?lot=' || lot FROM spectrum WHERE lot IN (${lots})
        GROUP BY lot, recipe ORDER BY max(measured_at) DESC LIMIT ${limit}`,
    recipe: sql`SELECT 'recipe', name, operation || ', metrology', '/recipes/' || id FROM metrology_recipe WHERE ${holds(sql`concat_ws(' ', name, operation, product)`, t)}
        ORDER BY ${order(sql`name`, t)}, name LIMIT ${limit}`,
    alert: sql`SELECT 'alert', title, state::text || ', ' || severity, '/alerts/' || id FROM alert WHERE ${holds(alert, t)} ORDER BY state, ${order(sql`title`, t)}, last_at DESC LIMIT ${limit}`,
    tool: sql`SELECT 'tool', name, area || ', ' || kind, '/spc?tool=' || name FROM tool WHERE ${holds(tool, t)} ORDER BY ${order(sql`name`, t)}, position LIMIT ${limit}`,
    chart: sql`SELECT 'chart', title, operation, '/spc/' || id FROM chart WHERE active AND ${holds(chart, t)} ORDER BY ${order(sql`title`, t)}, NOT alerting, title LIMIT ${limit}`,
    loop: sql`SELECT 'loop', name, state::text, '/control/' || id FROM control_loop WHERE ${holds(loop, t)} ORDER BY ${order(sql`name`, t)}, name LIMIT ${limit}`,
    product: sql`SELECT 'product', name, description, '/wafers?product=' || name FROM product WHERE ${holds(sql`name`, t)} ORDER BY ${order(sql`name`, t)}, name LIMIT ${limit}`,
  };
  const asked = KINDS.filter((k) => kind === null || k === kind).map((k) => sql`(${branches[k]})`);
  if (asked.length === 0) return [];
  const hits = await db().rows<Hit>(
    sql`SELECT * FROM (${asked.reduce((a, b) => sql`${a} UNION ALL ${b}`)}) AS hit(kind, title, detail, href)`,
  );
  return arranged(hits, t, most);
}
