import { sql } from '@/lib/db';
import { ALERT_STATES, isSettled } from '../../alerts/states';
import { column, ofRows } from '../collection';
import { byFlag, byId, byText, byWord, whereFilters } from '../filters';

export const moves = ofRows({
  name: 'moves',
  title: 'Read the moves of control loops',
  text: 'One record an observation of a loop: what was applied, what was measured, and the disturbance that the loop knew after it. Thread after thread, each in process order.',
  from: sql`control_step s JOIN control_thread t ON t.id = s.thread_id JOIN control_loop l ON l.id = t.loop_id
    LEFT JOIN control_journal j ON j.thread_id = s.thread_id AND j.source_id = s.record_id AND j.kind = 'observation' LEFT JOIN advice a ON a.id = j.advice_id`,
  time: { sql: sql`s.at`, text: 'process time' },
  filters: {
    loop: byText(sql`l.name`, 'Name of a loop.'),
    ...whereFilters({
      lot: sql`s.lot`,
      operation: sql`l.operation`,
      product: sql`l.product`,
      tool: sql`t.tool`,
      chamber: sql`t.chamber`,
    }),
    accepted: byFlag(sql`s.accepted`, 'Whether the loop used it; an outlier is kept, but not used.'),
  },
  order: [
    { as: 'thread', sql: sql`s.thread_id`, type: 'uuid' },
    { as: 'at', sql: sql`s.at`, type: 'time' },
    { as: 'record', sql: sql`s.record_id`, type: 'uuid' },
  ],
  pageRows: 2_000,
  columns: [
    column('loop', 'text', sql`l.name`, 'Loop.'),
    column('thread', 'text', sql`s.thread_id`, 'Id of the thread: the loop in one chamber.'),
    column('tool', 'text', sql`t.tool`, 'Process tool.'),
    column('chamber', 'text', sql`t.chamber`, 'Chamber.'),
    column('at', 'time', sql`s.at`, 'Process time.'),
    column('lot', 'text', sql`s.lot`, 'Lot.'),
    column('slot', 'integer', sql`s.slot`, 'Slot of the wafer.'),
    column('run', 'text', sql`s.run_id`, 'Id of the process run.'),
    column('record', 'text', sql`s.record_id`, 'Id of the measurement.'),
    column('knob', 'text', sql`l.knob`, 'Setpoint that the loop moves.'),
    column('knobUnit', 'text', sql`l.knob_unit`, 'Unit of applied and advised.'),
    column('applied', 'number', sql`s.x_applied`, 'Setpoint that the run used.'),
    column('advised', 'number', sql`a.setpoint`, 'Setpoint that it was advised; null: it followed no advice.'),
    column('y', 'number', sql`s.y`, 'Measured value.'),
    column('u', 'number', sql`s.u_y`, 'Its standard uncertainty.'),
    column('unit', 'text', sql`l.unit`, 'Unit of y, u and disturbance.'),
    column(
      'disturbance',
      'number',
      sql`s.disturbance`,
      'Observed disturbance: y less what the model says for the applied setpoint.',
    ),
    column('estimate', 'number', sql`s.d_hat`, 'Estimated disturbance after it.'),
    column('uEstimate', 'number', sql`s.u_d_hat`, 'Its standard uncertainty.'),
    column('accepted', 'flag', sql`s.accepted`, 'Whether the loop used it.'),
    column('version', 'integer', sql`s.version`, 'Version of the loop.'),
  ],
});

const SEVERITIES = ['high', 'medium', 'low'];

export const alerts = ofRows({
  name: 'alerts',
  title: 'Read alerts',
  text: 'Newest first. For systems that follow alerts up, such as a ticket system; webhooks tell each change as it happens.',
  from: sql`alert a LEFT JOIN checklist k ON k.id = a.checklist_id`,
  time: { sql: sql`a.raised_at`, text: 'time at which it was raised' },
  filters: {
    id: byId(sql`a.id`, 'Id of an alert.'),
    state: {
      text: 'State; `unclosed` is every state but closed and verified.',
      type: 'text',
      among: [...ALERT_STATES, 'unclosed'],
      where: (values) => {
        const states = values.flatMap((v) => (v === 'unclosed' ? ALERT_STATES.filter((q) => !isSettled(q)) : [v]));
        return sql`a.state::text = ANY(${states}::text[])`;
      },
    },
    severity: byWord(sql`a.severity`, 'Severity.', SEVERITIES),
    area: byText(sql`a.area`, 'Name of an area.'),
    chart: byId(sql`a.chart_id`, 'Id of a chart.'),
    assignee: byText(sql`a.assignee`, 'Address of the person who has it.'),
    incident: byId(sql`a.incident_id`, 'Id of an incident.'),
    ...whereFilters({
      lot: sql`a.lot`,
      operation: sql`a.operation`,
      product: sql`a.product`,
      tool: sql`a.tool`,
      chamber: sql`a.chamber`,
    }),
  },
  order: [
    { as: 'raisedAt', sql: sql`a.raised_at`, type: 'time' },
    { as: 'id', sql: sql`a.id`, type: 'uuid' },
  ],
  firstOrder: 'newest',
  pageRows: 1_000,
  columns: [
    column('id', 'text', sql`a.id`, 'Id of the alert.'),
    column('state', 'text', sql`a.state::text`, 'State.'),
    column('severity', 'text', sql`a.severity`, 'Severity.'),
    column('kind', 'text', sql`a.kind`, 'What raised it: spc, spectra or recipe.'),
    column('title', 'text', sql`a.title`, 'Title.'),
    column('area', 'text', sql`a.area`, 'Area.'),
    column('tool', 'text', sql`a.tool`, 'Tool or station.'),
    column('chamber', 'text', sql`a.chamber`, 'Chamber.'),
    column('product', 'text', sql`a.product`, 'Product; null: all.'),
    column('operation', 'text', sql`a.operation`, 'Operation.'),
    column('lot', 'text', sql`a.lot`, 'Lot of the signal that opened it.'),
    column('slot', 'integer', sql`NULLIF(a.slot, 0)`, 'Slot of the wafer; null: the whole lot.'),
    column('rule', 'integer', sql`a.rule`, 'Nelson number of the rule; 100 more: of the dispersion.'),
    column('value', 'number', sql`a.value`, 'Value of the point.'),
    column('firstAt', 'time', sql`a.first_at`, 'Process time of the first signal.'),
    column('lastAt', 'time', sql`a.last_at`, 'Process time of the latest signal.'),
    column('count', 'integer', sql`a.count`, 'Signals.'),
    column('raisedAt', 'time', sql`a.raised_at`, 'When it was raised.'),
    column('assignee', 'text', sql`a.assignee`, 'Address of the person who has it.'),
    column('dueAt', 'time', sql`a.due_at`, 'When it is due; null: it is not.'),
    column('snoozedUntil', 'time', sql`a.snoozed_until`, 'Until when it sleeps.'),
    column('cause', 'text', sql`a.cause`, 'Code of the cause; null: not said.'),
    column('actionCode', 'text', sql`a.action_code`, 'Code of the action.'),
    column('action', 'text', sql`a.action`, 'What was done.'),
    column('disposition', 'text', sql`a.disposition`, 'What became of the wafers.'),
    column('check', 'text', sql`a.check_state`, 'State of the check that its action worked; null: none.'),
    column('closedAt', 'time', sql`a.closed_at`, 'When it was closed.'),
    column('chartId', 'text', sql`a.chart_id`, 'Id of the chart.'),
    column('runId', 'text', sql`a.run_id`, 'Id of the process run.'),
    column('incident', 'text', sql`a.incident_id`, 'Id of its incident; null: settled before there were incidents.'),
    column('checklist', 'text', sql`k.name`, 'Name of the checklist that it is worked by; null: none fits.'),
    column('checklistVersion', 'integer', sql`a.checklist_version`, 'Version of the checklist, which it keeps.'),
    column('checklistState', 'text', sql`a.checklist_state`, 'State of its run: waiting, running or finished.'),
    column('checklistStep', 'text', sql`a.checklist_step`, 'Id of the step that is to be done, while it runs.'),
  ],
});

export const incidents = ofRows({
  name: 'incidents',
  title: 'Read incidents',
  text: 'Newest first. Alerts of one event of the equipment or of one lot, gathered when they are raised; an alert alone is an incident of one. The alerts themselves: `alerts`, by their `incident`.',
  from: sql`incident i JOIN LATERAL (
    SELECT count(*)::int AS alerts, count(*) FILTER (WHERE a.state NOT IN ('closed', 'verified'))::int AS unsettled, min(a.first_at) AS first_at, max(a.last_at) AS last_at,
      COALESCE(array_agg(DISTINCT a.tool) FILTER (WHERE a.tool IS NOT NULL), '{}') AS tools, COALESCE(array_agg(DISTINCT a.lot) FILTER (WHERE a.lot IS NOT NULL), '{}') AS lots,
      (array_agg(a.severity ORDER BY array_position(ARRAY['high', 'medium', 'low'], a.severity)))[1] AS severity
    FROM alert a WHERE a.incident_id = i.id) n ON n.alerts > 0`,
  time: { sql: sql`i.opened_at`, text: 'time at which its first alert was raised' },
  filters: {
    id: byId(sql`i.id`, 'Id of an incident.'),
    area: byText(sql`i.area`, 'Name of an area.'),
    owner: byText(sql`i.owner`, 'Address of the person who has it.'),
    state: {
      text: 'Whether an alert of it still waits: open, or settled.',
      type: 'text',
      among: ['open', 'settled'],
      where: (values) => sql`(CASE WHEN n.unsettled > 0 THEN 'open' ELSE 'settled' END) = ANY(${[...values]}::text[])`,
    },
  },
  order: [
    { as: 'openedAt', sql: sql`i.opened_at`, type: 'time' },
    { as: 'id', sql: sql`i.id`, type: 'uuid' },
  ],
  firstOrder: 'newest',
  pageRows: 1_000,
  columns: [
    column('id', 'text', sql`i.id`, 'Id of the incident.'),
    column('title', 'text', sql`i.title`, 'Title of the alert that it began with.'),
    column('area', 'text', sql`i.area`, 'Area.'),
    column('state', 'text', sql`CASE WHEN n.unsettled > 0 THEN 'open' ELSE 'settled' END`, 'open while an alert of it waits.'),
    column('severity', 'text', sql`n.severity`, 'The worst of its alerts.'),
    column('owner', 'text', sql`i.owner`, 'Address of the person who has it.'),
    column('alerts', 'integer', sql`n.alerts`, 'Its alerts.'),
    column('unsettled', 'integer', sql`n.unsettled`, 'Those that are neither closed nor verified.'),
    column('openedAt', 'time', sql`i.opened_at`, 'When its first alert was raised.'),
    column('firstAt', 'time', sql`n.first_at`, 'Process time of its first signal.'),
    column('lastAt', 'time', sql`n.last_at`, 'Process time of its latest signal.'),
    column('tools', 'list', sql`n.tools`, 'Tools and stations of its alerts.'),
    column('lots', 'list', sql`n.lots`, 'Lots of the signals that opened them.'),
  ],
});
