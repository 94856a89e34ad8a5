import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunToRunConfig } from '@/lib/control';
import { db, sql } from '@/lib/db';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import { actOnAlert } from '@/lib/services/alerts/actions';
import { actOnAlerts } from '@/lib/services/alerts/bulk';
import { addCode, changeCode } from '@/lib/services/alerts/codes';
import { disposeLots } from '@/lib/services/alerts/dispositions';
import { changePolicy } from '@/lib/services/alerts/policy';
import { requestMeasurement, withdrawRequest } from '@/lib/services/alerts/requests';
import { changeLoop, setLoopState } from '@/lib/services/control/change-loop';
import { approveProposal, rejectProposal } from '@/lib/services/control/decide-proposal';
import { registerFab } from '@/lib/services/fab/register-fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { holdSubject, noteHold, releaseEquipment, releaseLot } from '@/lib/services/holds/verbs';
import { saveMapping, uploadCsv } from '@/lib/services/ingest/upload';
import { createChannel, setChannelActive } from '@/lib/services/notify/channels';
import { discardDraft, keepDraft } from '@/lib/services/recipes/drafts';
import { setRecipeActive } from '@/lib/services/recipes/recipes';
import { approveDraft, releaseDraft, returnDraft } from '@/lib/services/recipes/release-draft';
import { startTrial, stopTrial } from '@/lib/services/recipes/start-trial';
import { startSurrogate, stopSurrogate } from '@/lib/services/recipes/surrogates';
import { createApiKey, revokeApiKey } from '@/lib/services/settings/api-keys';
import {
  changeOwnPassword,
  createUser,
  recordSignOut,
  resetPassword,
  setUserDisabled,
  setUserRole,
} from '@/lib/services/settings/users';
import { changeChart, excludePoint, includePoint } from '@/lib/services/spc/change-chart';
import { approveLimits, confirmFirstLimits, rejectLimits } from '@/lib/services/spc/limits/decide';
import { changeLimitPolicy } from '@/lib/services/spc/limits/policy';
import { proposeLimits } from '@/lib/services/spc/limits/propose';
import { applyRuleSet } from '@/lib/services/spc/rules/apply';
import { restoreRuleSet, retireRuleSet, saveRuleSet } from '@/lib/services/spc/rules/save';
import { changeSpecification } from '@/lib/services/spc/specification';
import { restoreChart, restoreTemplate, retireChart, retireTemplate } from '@/lib/services/spc/templates/retire';
import { saveTemplate } from '@/lib/services/spc/templates/save';
import { createChart } from '@/lib/services/spc/templates/single';
import { dismissTask, replayTask } from '@/lib/services/tasks/dead-letters';
import type { Ctx, Verb } from '@/lib/services/verb';
import { VERBS } from '@/lib/services/verbs';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';
import { ellipsometerLot } from '../support/ellipsometer';
import { specOf } from '../support/loops';
import { notifyTrail } from '../support/notify-trail';
import { oxideLoop } from '../support/oxide';
import { storedRows, TRAIL_FULL, trailOf, withoutTrail } from '../support/trail';
import { checklistVerbs } from '../support/trail-checklists';
import { HEAD, row } from '../support/wafer-file';
import { doAllWork } from '../support/work';

const reason = 'for the trail of every verb';
const ann = as('ann@fab.example');
const bob = as('bob@fab.example');
const boss = as('boss@fab.example', { role: 'administrator' });
/** Verbs that change nothing, and the keeping of a draft, of which nothing is used before it is released. */
const WITHOUT = new Set([
  'loop.judge',
  'loop.replay',
  'csv.preview',
  'notify-rule.preview',
  'audit.export',
  'recipe-draft.keep',
  'chart.preview',
  'chart-template.preview',
  'rule-set.preview',
  'chart.try',
]);
const told = new Set<string>();
let door: Door;

beforeAll(async () => {
  door = await openDoor();
  const lot = ellipsometerLot(door.url, door.key, Date.UTC(2026, 8, 1, 7));
  await lot.start();
  for (const slot of [1, 2]) await lot.wafer(slot, (i) => 7.9 + 0.01 * i);
  await doAllWork();
});
afterAll(() => door.close());

/**
 * Calls a verb, first while the trail takes no line: then it must fail and leave every table as it was. The second call must leave a line under the
 * name of who called.
 */
async function does<I, R>(verb: Verb<I, R>, ctx: Ctx, input: NoInfer<I>): Promise<R> {
  const before = await storedRows();
  await withoutTrail(() => expect(verb(ctx, input), verb.name).rejects.toThrow(TRAIL_FULL));
  expect(await storedRows(), verb.name).toEqual(before);
  const { last } = (await db().one<{ last: number }>(sql`SELECT COALESCE(max(id), 0) AS last FROM audit_entry`))!;
  const result = await verb(ctx, input);
  const lines = await db().rows<{ actor: string }>(sql`SELECT actor FROM audit_entry WHERE id > ${last}`);
  expect(
    lines.map((l) => l.actor),
    verb.name,
  ).toContain(ctx.by.email);
  told.add(verb.name);
  return result;
}

const one = async <T>(q: Parameters<ReturnType<typeof db>['one']>[0]): Promise<T> => (await db().one<T>(q))!;

test('loops and proposals', async () => {
  const { id: loop } = await oxideLoop();
  const { config } = await one<{ config: RunToRunConfig }>(sql`SELECT config FROM loop_version WHERE loop_id = ${loop}`);
  await does(changeLoop, ann, { loop, seen: 1, config: { ...config, lambda: config.lambda * 1.1 }, reason });
  const bold = async () => {
    const o = await changeLoop(ann, { loop, seen: 2, config: { ...config, lambda: 0.001 }, reason });
    return o.kind === 'proposed' ? o.proposalId : '';
  };
  await does(rejectProposal, bob, { proposal: await bold(), reason });
  await does(approveProposal, bob, { proposal: await bold(), reason });
  await does(setLoopState, ann, { loop, seen: { version: 3, state: 'closed' }, state: 'suspended', reason });
});

test('recipes, their drafts, trials and surrogates', async () => {
  const r = await one<{ id: string; version: number; content: MetrologyRecipe }>(
    sql`SELECT r.id, r.version, v.content FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version WHERE r.name = 'HFO2-SE'`,
  );
  const { id: recipe, version: baseVersion, content } = r;
  // Everything but the thickness 0.5 % higher and fixed: it moves the thickness, so that a second engineer decides.
  const parameters = content.parameters.map((p) =>
    p.name === 'hfo2_thickness' ? p : { ...p, value: p.value * 1.005, role: { kind: 'fixed' } },
  );
  const head = { id: null, revision: 0, recipeId: recipe, name: 'HFO2-SE', operation: 'ALD-HFO2', product: null, baseVersion };
  const first = await keepDraft(ann, { ...head, content });
  await does(discardDraft, ann, { draft: first.id, revision: 1 });
  const { id: draft, revision } = await keepDraft(ann, { ...head, content: { ...content, parameters } });
  const trial = await does(startTrial, ann, { draft, revision });
  await does(stopTrial, bob, { trial });
  await startTrial(ann, { draft, revision });
  await doAllWork();
  expect(await does(releaseDraft, ann, { draft, revision, reason })).toMatchObject({ kind: 'proposed' });
  await does(returnDraft, bob, { draft, revision, reason });
  await releaseDraft(ann, { draft, revision, reason });
  expect(await does(approveDraft, bob, { draft, revision, reason })).toMatchObject({ kind: 'in_use' });
  // The change is its author's, the approval that of the second engineer.
  expect((await trailOf('metrology recipe', recipe)).at(-1)).toMatchObject({ actor: ann.by.email, action: 'change' });
  expect((await trailOf('metrology recipe draft', draft)).at(-1)).toMatchObject({ actor: bob.by.email, action: 'approve' });
  const surrogate = await does(startSurrogate, ann, { recipe });
  await does(stopSurrogate, bob, { surrogate });
  await does(setRecipeActive, ann, { recipe, seen: baseVersion + 1, active: false, reason });
});

test('charts, points, specifications and alerts', async () => {
  const point = await one<{ chart: string; record: string; version: number }>(
    sql`SELECT p.chart_id AS chart, p.record_id AS record, c.version FROM chart_point p JOIN chart c ON c.id = p.chart_id WHERE c.kind = 'individuals' AND c.characteristic = 'measurement.mean' LIMIT 1`,
  );
  const { chart, record } = point;
  await does(excludePoint, ann, { chart, record, reason });
  await does(includePoint, ann, { chart, record, reason });
  await does(changeChart, ann, { chart, seen: point.version, change: { rules: [1] }, reason });
  const of = { product: 'HERON-52', operation: 'CVD-OXIDE', parameter: 'oxide_thickness' };
  const { version, target, lsl, usl } = await specOf(of.operation, of.parameter);
  await does(changeSpecification, ann, { of, seen: version, reason, target, lsl, usl: usl * 1.01 });
  const { id: alert } = await one<{ id: string }>(sql`
    INSERT INTO alert (id, dedupe_key, kind, severity, title, area, first_at, last_at)
    VALUES (gen_random_uuid(), 'trail', 'spectra', 'low', 'Lamp of ELL-01', 'CVD', now(), now()) RETURNING id`);
  const omar = as('omar@fab.example', { role: 'operator' });
  await does(actOnAlert, omar, { alert, seen: 1, action: { do: 'acknowledge' } });
  await does(actOnAlerts, omar, { alerts: [{ alert, seen: 2 }], action: { do: 'comment', comment: 'for the trail' } });
  const { lot } = await one<{ lot: string }>(sql`SELECT name AS lot FROM lot LIMIT 1`);
  await does(disposeLots, omar, { alert, seen: 3, wafers: [{ lot, slot: 0 }], decision: 'hold', reason });
  const { id: held } = await one<{ id: string }>(sql`SELECT id FROM process_hold WHERE lot = ${lot}`);
  await does(releaseLot, omar, { hold: held, reason });
  const asked = { alert, lot, slot: 1, operation: of.operation, parameter: of.parameter, withinMin: 60, reason };
  const { id: request } = await does(requestMeasurement, omar, asked);
  await does(withdrawRequest, omar, { request, reason });
});

test('holds of equipment, policies and codes', async () => {
  await createChannel(boss, { kind: 'mes', name: 'MES', target: 'https://mes.example/holds', severities: [], areas: [] });
  const { id: hold } = await does(holdSubject, ann, {
    subject: { scope: 'tool', tool: 'CVD-01' },
    reason,
    alert: null,
    source: 'person',
  });
  await does(noteHold, ann, { hold });
  await does(releaseEquipment, ann, { hold, reason });
  const policy = { dueMin: 30, steps: [], snoozeMaxMin: 0, checkPoints: 3, holdScope: 'none' } as const;
  await does(changePolicy, ann, { area: 'DEPOSITION', severity: 'low', seen: 0, policy: { ...policy, steps: [] }, reason });
  await does(addCode, ann, { kind: 'cause', area: '*', code: 'slurry', label: 'Slurry', position: 9 });
  const { id } = await one<{ id: string }>(sql`SELECT id FROM alert_code WHERE code = 'slurry'`);
  await does(changeCode, ann, { id, seen: 1, label: 'Slurry lot', position: 9, retired: true });
});

test('charts and their templates', async () => {
  const kind = 'individuals' as const;
  const content = {
    where: { characteristic: ['measurement.range'] },
    splitBy: [],
    kind,
    rules: [1 as const],
    alerting: false,
    title: '{where}',
  };
  const { id: template } = await does(saveTemplate, ann, { template: null, seen: 0, name: 'Range', content, reason });
  await does(retireTemplate, ann, { template, seen: 1, reason });
  await does(restoreTemplate, bob, { template, seen: 1, reason });
  const of = { characteristic: 'measurement.max', operation: 'CVD-OXIDE', parameter: 'oxide_thickness', product: 'HERON-52' };
  const { id: chart } = await does(createChart, ann, { chart: { ...of, kind, rules: [1], alerting: true }, reason });
  await does(retireChart, ann, { chart, reason });
  await does(restoreChart, bob, { chart, reason });
});

test('rule sets', async () => {
  const rule = (n: number) => ({
    rules: [{ name: 'run', rule: { kind: 'beyond' as const, k: n, n, sigma: 0, side: 'same' as const } }],
  });
  const { id: set } = await does(saveRuleSet, ann, { set: null, seen: 0, name: 'Ours', content: rule(7), reason });
  const of = { characteristic: 'measurement.min', operation: 'CVD-OXIDE', parameter: 'oxide_thickness', product: 'HERON-52' };
  const settings = { kind: 'individuals' as const, rules: [], preset: set, alerting: false };
  await createChart(ann, { chart: { ...of, ...settings }, reason });
  await does(saveRuleSet, bob, { set, seen: 1, name: 'Ours', content: rule(8), reason });
  await does(applyRuleSet, ann, { set, seen: 2, charts: 1, reason });
  await does(retireRuleSet, ann, { set, seen: 2, reason });
  await does(restoreRuleSet, bob, { set, seen: 2, reason });
});

test('people, keys and channels', async () => {
  const vera = { name: 'Vera', email: 'vera@fab.example', role: 'viewer', password: 'handed over' } as const;
  const user = await does(createUser, boss, { user: vera });
  await does(setUserRole, boss, { user, role: 'operator' });
  await does(setUserDisabled, boss, { user, disabled: true });
  const current = await does(resetPassword, boss, { user });
  const self = as(vera.email, { role: 'viewer' });
  await does(changeOwnPassword, self, { current, password: 'one of her own', token: 'none' });
  await does(recordSignOut, self, {});
  await does(createApiKey, boss, { key: { sender: 'ELL-02', scopes: ['ingest'] } });
  const { id: key } = await one<{ id: string }>(sql`SELECT id FROM api_key WHERE sender = 'ELL-02'`);
  await does(revokeApiKey, boss, { key });
  const mail = { kind: 'email', name: 'Shift', target: 'shift@fab.example', severities: [], areas: [] } as const;
  await does(createChannel, boss, { ...mail, severities: [], areas: [] });
  const { id: channel } = await one<{ id: string }>(sql`SELECT id FROM notify_channel WHERE name = 'Shift'`);
  await does(setChannelActive, boss, { channel, active: false });
});

test('rules of notification, rotas, quiet hours and messages', () => notifyTrail(does, ann, boss, reason));

test('the fab, files and dead letters', async () => {
  const fab = simulatedFab(1);
  const [recipe] = fab.metrologyRecipes;
  const more = {
    ...fab,
    areas: [...fab.areas, 'CMP-2'],
    metrologyRecipes: [...fab.metrologyRecipes, { ...recipe!, name: 'NEW' }],
  };
  const before = await storedRows();
  await withoutTrail(() => expect(registerFab(ann, more)).rejects.toThrow(TRAIL_FULL), sql`NEW.entity = 'metrology recipe'`);
  expect(await storedRows()).toEqual(before);
  await does(registerFab, ann, more);
  const mapping = { lot: { column: 'Lot' }, wafer: { column: 'Slot' } };
  await does(saveMapping, ann, { name: 'ellipsometer', mapping, headerLine: null });
  const columns = ['Value', 'Slot', 'Lot', 'Y', 'X', 'Operation', 'Station', 'Parameter', 'Unit'];
  const fields = ['value', 'wafer', 'lot', 'y', 'x', 'operation', 'station', 'parameter', 'unit'];
  const all = Object.fromEntries(fields.map((f, i) => [f, { column: columns[i]! }]));
  const text = [HEAD, row('120', '2026-11-05T14:05:00Z', 8, 0), ''].join('\n');
  const file = {
    name: 'a.csv',
    bytes: new TextEncoder().encode(text),
    headerLine: 1,
    mapping: { ...all, measuredAt: { column: 'Time' } },
  };
  await does(uploadCsv, ann, { ...file, mode: 'partial' });
  const dead = async (key: string) =>
    (
      await one<{ id: number }>(
        sql`INSERT INTO task (queue, key, payload, state) VALUES ('spc', ${key}, '{}', 'dead') RETURNING id`,
      )
    ).id;
  await does(replayTask, ann, { task: await dead('trail-1') });
  await does(dismissTask, ann, { task: await dead('trail-2'), reason });
});

test('limits that are proposed, decided and confirmed', async () => {
  const chart = await one<{ id: string; version: number }>(
    sql`SELECT id, version FROM chart WHERE kind = 'individuals' AND characteristic = 'measurement.sd' AND active ORDER BY id LIMIT 1`,
  );
  const options = { from: '2026-08-01T00:00:00Z', to: '2026-10-01T00:00:00Z', sigma: 'kind', use: 'last' } as const;
  const { proposals } = await does(proposeLimits, ann, { charts: [chart.id], options, reason });
  await does(rejectLimits, bob, { proposal: proposals[0]!, reason });
  await does(changeLimitPolicy, boss, { seen: 0, secondPerson: true, firstLimits: 'apply', reason });
  const entered = { chart: chart.id, seen: chart.version, change: { limits: { lcl: 0, cl: 1, ucl: 2 } }, reason };
  const waits = await changeChart(ann, entered);
  await does(approveLimits, bob, { proposal: waits.kind === 'waits' ? waits.proposal : '', reason });
  await changeLimitPolicy(boss, { seen: 1, secondPerson: false, firstLimits: 'apply', reason });
  await db().exec(
    sql`UPDATE chart_version SET author = 'Driftless', confirmed_at = NULL WHERE chart_id = ${chart.id} AND version = ${chart.version + 1}`,
  );
  await does(confirmFirstLimits, ann, { charts: [chart.id], reason });
});

test('checklists and incidents', () => checklistVerbs(does, 2));

test('that was every verb that changes something', () => {
  expect(VERBS.map((v) => v.name).filter((name) => !told.has(name) && !WITHOUT.has(name))).toEqual([]);
});
