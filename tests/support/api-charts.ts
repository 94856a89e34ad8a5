import { POST as retireTemplate } from '@/app/api/v1/chart-templates/[id]/retire/route';
import { POST as previewTemplate } from '@/app/api/v1/chart-templates/preview/route';
import { GET as listTemplates, POST as saveTemplate } from '@/app/api/v1/chart-templates/route';
import { GET as readContributions } from '@/app/api/v1/charts/[id]/points/[record]/contributions/route';
import { POST as retireChart } from '@/app/api/v1/charts/[id]/retire/route';
import { POST as createChart, GET as readCharts } from '@/app/api/v1/charts/route';
import { POST as applySet } from '@/app/api/v1/rule-sets/[id]/apply/route';
import { POST as retireSet } from '@/app/api/v1/rule-sets/[id]/retire/route';
import { POST as previewSet } from '@/app/api/v1/rule-sets/preview/route';
import { GET as listSets, POST as saveSet } from '@/app/api/v1/rule-sets/route';

/** The answer of the routes of charts; undefined: the path is none of theirs. */
export function handleCharts(req: Request, path: string): Promise<Response> | undefined {
  const none = undefined as never;
  if (path === '/api/v1/charts') return req.method === 'GET' ? readCharts(req, none) : createChart(req, none);
  if (path === '/api/v1/chart-templates') return req.method === 'GET' ? listTemplates(req, none) : saveTemplate(req, none);
  if (path === '/api/v1/chart-templates/preview') return previewTemplate(req, none);
  const [, chart, record] = /^\/api\/v1\/charts\/([^/]+)\/points\/([^/]+)\/contributions$/.exec(path) ?? [];
  if (chart !== undefined && record !== undefined)
    return readContributions(req, { params: Promise.resolve({ id: chart, record }) });
  if (path === '/api/v1/rule-sets') return req.method === 'GET' ? listSets(req, none) : saveSet(req, none);
  if (path === '/api/v1/rule-sets/preview') return previewSet(req, none);
  const [, set, act] = /^\/api\/v1\/rule-sets\/([^/]+)\/(apply|retire)$/.exec(path) ?? [];
  if (set !== undefined) return (act === 'apply' ? applySet : retireSet)(req, { params: Promise.resolve({ id: set }) });
  const [, of, id] = /^\/api\/v1\/(charts|chart-templates)\/([^/]+)\/retire$/.exec(path) ?? [];
  if (of === undefined || id === undefined) return undefined;
  const context = { params: Promise.resolve({ id }) };
  return of === 'charts' ? retireChart(req, context) : retireTemplate(req, context);
}
