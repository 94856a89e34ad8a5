import { expect, test } from 'vitest';
import { alertAction } from '../alerts/action-schema';
import { apiDocs, openApiText } from './api-docs';

test('every route of the document is laid out, with a curl line and its answers', () => {
  const docs = apiDocs('http://fab.example');
  const doc = JSON.parse(openApiText()) as { paths: Record<string, object> };
  const routes = Object.entries(doc.paths).flatMap(([path, item]) => Object.keys(item).map((m) => `${m.toUpperCase()} ${path}`));
  expect(docs.operations.map((o) => `${o.method} ${o.path}`)).toEqual(routes);
  for (const o of docs.operations) {
    expect(o.curl).toContain(`http://fab.example${o.path}`);
    expect(o.answers.length).toBeGreaterThan(0);
    expect(docs.tags.map((t) => t.name)).toContain(o.tag);
  }
});

test('fields of nested records and of unions are found', () => {
  const docs = apiDocs('http://fab.example');
  const of = (id: string) => docs.operations.find((o) => o.id === id)!;
  const run = of('ingest-runs');
  expect(run.fields.find((f) => f.name === 'trace')?.fields.map((f) => f.name)).toEqual(['t', 'steps', 'sensors']);
  expect(run.example).toContain('"values": [4.01, 4, null, 4.02]');
  expect(of('act-on-alert').fields.map((f) => f.name)).toEqual(expect.arrayContaining(['do', 'comment', 'cause', 'disposition']));
  expect(alertAction.safeParse(JSON.parse(of('act-on-alert').example!)).success).toBe(true);
});

test('a route that reads says its filters and the columns of its records, beside the one that sends', () => {
  const docs = apiDocs('http://fab.example');
  const read = docs.operations.find((o) => o.id === 'read-measurements')!;
  expect(read.query.map((f) => f.name)).toEqual(expect.arrayContaining(['lot', 'from', 'limit', 'format']));
  expect(read.query.find((f) => f.name === 'superseded')!.type).toBe('"true" | "false"');
  expect(read.record.map((f) => f.name)).toEqual(expect.arrayContaining(['mean', 'uMean', 'coefficients']));
  expect(docs.operations.find((o) => o.id === 'ingest-measurements')).toMatchObject({ method: 'POST', path: read.path });
});
