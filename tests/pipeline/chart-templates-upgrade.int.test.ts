import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closePool, db, recordId, sql, transaction } from '@/lib/db';
import { checkContent } from '@/lib/services/spc/templates/content';
import { contextsOf, noteContexts, seenContexts } from '@/lib/services/spc/templates/contexts';
import { templatesInUse } from '@/lib/services/spc/templates/stored';
import type { TestDatabase } from '../support';
import { upgradedDatabase } from '../support/old-install';

/** An install of a release in which the list of charts stood in the code, with a wafer of every kind of record. */
const AT = new Date(Date.UTC(2026, 8, 1));
const LATER = new Date(Date.UTC(2026, 8, 1, 2));
const id = (what: string) => recordId('old', what);
const CHARTS = [
  ['mean', 'measurement.mean', 'individuals', 'Wafer mean'],
  ['average', 'measurement.mean', 'ewma', 'EWMA of the wafer mean'],
  ['lot', 'measurement.lot', 'xbar_s', 'Lot mean'],
  ['ring', 'zernike.4.0', 'individuals', 'Defocus and ring of the wafer'],
  ['overlay', 'overlay.lot.m3s.x', 'individuals', 'Overlay of the lot'],
  ['other', 'zernike.2.2', 'individuals', null],
] as const;

async function fill(client: Client): Promise<void> {
  const insert = (table: string, row: Record<string, unknown>) => {
    const names = Object.keys(row);
    return client.query(
      `INSERT INTO "${table}" (${names.map((n) => `"${n}"`).join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(row),
    );
  };
  await client.query('SELECT ensure_month($1)', [AT]);
  for (const [key, characteristic, kind] of CHARTS)
    await insert('chart', {
      id: id(key),
      title: key,
      area: 'A',
      characteristic,
      parameter: 'p',
      unit: 'nm',
      operation: 'O',
      kind,
      active: key !== 'ring',
    });
  const place = { tool: 'T', chamber: 'A', product: 'P', layer: 'L', operation: 'O', lot: 'L1', slot: 1 };
  await insert('run', {
    id: id('run'),
    key: 'r',
    ...place,
    recipe: 'R',
    recipe_version: 1,
    setpoints: '{}',
    started_at: AT,
    ended_at: LATER,
  });
  const measured = {
    ...place,
    station: 'S',
    plan: 'P9',
    measured_at: LATER,
    run_id: id('run'),
    processed_at: AT,
    layout_id: id('layout'),
  };
  await insert('measurement', {
    id: id('m'),
    key: 'm',
    ...measured,
    parameter: 'p',
    unit: 'nm',
    value: [1],
    u: [],
    n: 1,
    mean: 1,
    min: 1,
    max: 1,
  });
  const fitted = { coefficients: [1], u: [1], rank: 1, dof: 1, code_version: 'c' };
  await insert('spatial_result', {
    measurement_id: id('m'),
    measured_at: LATER,
    order: 3,
    radius_mm: 150,
    zones: '[]',
    ...fitted,
  });
  await insert('overlay_measurement', { id: id('o'), key: 'o', ...measured, reference_layer: 'L0', dx: [1], dy: [1], u: [] });
  const result = {
    model: 'm',
    names: ['tx', 'mx'],
    units: ['nm', 'ppm'],
    values: [1, 2],
    u: [1, 1],
    rank: 2,
    n_used: 2,
    n_rejected: 0,
  };
  await insert('overlay_result', {
    measurement_id: id('o'),
    measured_at: LATER,
    ...result,
    unidentifiable: [],
    statistics: '{}',
    code_version: 'c',
  });
  await insert('feature_set', { id: id('f'), names: ['pressure|etch|mean', 'pressure|etch|slope'], units: ['mTorr', 'mTorr/s'] });
  await insert('run_summary', { run_id: id('run'), started_at: AT, feature_set_id: id('f'), values: [1, 2], code_version: 'c' });
  await insert('vm_model', { id: id('vm'), operation: 'O', product: 'P', parameter: 'p', unit: 'nm' });
  const prediction = { version: 1, value: 1, u_value: 1, lo: 0, hi: 2, t2: 0, spe: 0, reliable: true };
  await insert('vm_prediction', { model_id: id('vm'), run_id: id('run'), started_at: AT, ...prediction });
}

let database: TestDatabase;
beforeAll(async () => {
  database = await upgradedDatabase('20261130020000', fill);
}, 60_000);
afterAll(async () => {
  await closePool();
  await database.drop();
});

test('charts of the code follow the templates that took its place; others follow none; what was not active is retired', async () => {
  const rows = await db().rows<{ id: string; name: string | null; version: number | null; retired: boolean }>(
    sql`SELECT c.id, t.name, c.template_version AS version, c.retired_at IS NOT NULL AS retired FROM chart c LEFT JOIN chart_template t ON t.id = c.template_id`,
  );
  const by = new Map(rows.map((r) => [r.id, r]));
  for (const [key, , , name] of CHARTS)
    expect(by.get(id(key)), key).toMatchObject({ name, version: name === null ? null : 1, retired: key === 'ring' });
});

test('the templates that came with the release are templates that an engineer could have written', async () => {
  const templates = await templatesInUse(db());
  expect(templates).toHaveLength(7);
  for (const t of templates) expect(() => checkContent(t.content), t.name).not.toThrow();
});

test('what was seen before the release is known as if it had come after it', async () => {
  const before = await seenContexts(db(), null);
  const refs = {
    measurement: [{ id: id('m'), at: LATER.getTime() }],
    overlay: [{ id: id('o'), at: LATER.getTime() }],
    run: [{ id: id('run'), at: AT.getTime() }],
  };
  const key = (c: { source: string; parameter: string }) => `${c.source} ${c.parameter}`;
  const now = await transaction(async (tx) => [
    ...(await contextsOf(tx, 'measurement', refs.measurement)),
    ...(await contextsOf(tx, 'overlay', refs.overlay)),
    ...(await contextsOf(tx, 'run', refs.run)),
  ]);
  expect(before.map(key).sort()).toEqual(['measurement p', 'overlay ', 'trace ', 'vm p']);
  for (const c of now) {
    const old = before.find((b) => key(b) === key(c))!;
    expect({ ...old, names: [...old.names].sort() }, c.source).toEqual({ ...c, names: [...c.names].sort() });
  }
  await transaction(async (tx) => expect(await noteContexts(tx, now)).toEqual(new Set()));
  expect(await seenContexts(db(), ['O'])).toEqual(before);
});
