import { db, sql } from '@/lib/db';

export interface Hit {
  kind: string;
  title: string;
  detail: string;
  href: string;
}

const WAFER = /^(\S+)[.\s#](\d{1,2})$/;
const likeOf = (q: string): string => `%${q.replaceAll('\\', '\\\\').replaceAll('%', '\\%').replaceAll('_', '\\_')}%`;

/** Lots, wafers, tools, charts, loops and alerts by a piece of their name; at most five of a kind, exact beginnings first. */
export async function searchEverything(text: string): Promise<Hit[]> {
  const q = text.trim().slice(0, 100);
  if (q.length < 2) return [];
  const like = likeOf(q);
  const wafer = WAFER.exec(q);
  const rows = await db().rows<Hit>(sql`
    (SELECT 'wafer' AS kind, name || '.' || lpad(${wafer?.[2] ?? '0'}, 2, '0') AS title, product AS detail, '/wafers?lot=' || name || '&slot=' || ${wafer?.[2] ?? '0'} AS href
      FROM lot WHERE ${wafer !== null} AND name ILIKE ${wafer ? `${likeOf(wafer[1]!).slice(1)}` : ''} AND ${Number(wafer?.[2] ?? 0)} BETWEEN 1 AND wafers ORDER BY started_at DESC LIMIT 3)
    UNION ALL
    (SELECT 'lot', name, product || ', ' || wafers || ' wafers', '/wafers?lot=' || name FROM lot WHERE name ILIKE ${like} ORDER BY name NOT ILIKE ${like.slice(1)}, started_at DESC LIMIT 5)
    UNION ALL
    (SELECT 'spectra', lot, recipe || ', ' || count(*) || ' wafers', '/spectra?lot=' || lot FROM spectrum WHERE lot IN
      (SELECT name FROM lot WHERE name ILIKE ${like} ORDER BY name NOT ILIKE ${like.slice(1)}, started_at DESC LIMIT 5) GROUP BY lot, recipe ORDER BY max(measured_at) DESC LIMIT 5)
    UNION ALL
    (SELECT 'recipe', name, operation || ', metrology', '/recipes/' || id FROM metrology_recipe WHERE name ILIKE ${like} ORDER BY name LIMIT 5)
    UNION ALL
    (SELECT 'alert', title, state::text || ', ' || severity, '/alerts/' || id FROM alert WHERE title ILIKE ${like} ORDER BY state, last_at DESC LIMIT 5)
    UNION ALL
    (SELECT 'tool', name, area || ', ' || kind, '/spc?tool=' || name FROM tool WHERE name ILIKE ${like} ORDER BY position LIMIT 5)
    UNION ALL
    (SELECT 'chart', title, operation, '/spc/' || id FROM chart WHERE active AND title ILIKE ${like} ORDER BY title LIMIT 5)
    UNION ALL
    (SELECT 'loop', name, state::text, '/control/' || id FROM control_loop WHERE name ILIKE ${like} ORDER BY name LIMIT 5)
    UNION ALL
    (SELECT 'product', name, description, '/wafers?product=' || name FROM product WHERE name ILIKE ${like} ORDER BY name LIMIT 3)`);
  return rows;
}
