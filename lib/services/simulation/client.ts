import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@/lib/errors';
import type { AdviceOut, AdviceRequest, TraceRecord } from '@/lib/formats/wire';
import type { AlertAction } from '../alerts/action-schema';
import type { BatchResult, IngestKindName } from '../ingest';
import type { PipelineStatus } from '../system/status';

const TRIES = 8;

/** A fab's side of the machine API: sends records, asks for advice, waits for the stages. Repeats are safe, so every failure is retried. */
export class FabClient {
  sent = { records: 0, bytes: 0 };

  constructor(
    private readonly base: string,
    private readonly key: string,
  ) {}

  /** Sends records as NDJSON. @throws AppError `invalid_input` when any is rejected: the simulated fab sends nothing wrong. */
  async send(kind: IngestKindName, records: readonly object[]): Promise<void> {
    for (let i = 0; i < records.length; i += 2_000) {
      const body = records
        .slice(i, i + 2_000)
        .map((r) => JSON.stringify(r))
        .join('\n');
      this.sent.records += Math.min(2_000, records.length - i);
      this.sent.bytes += body.length;
      const result = await this.call<BatchResult>('POST', `/api/v1/${kind}`, body, 'application/x-ndjson');
      if (result.rejected === 0) continue;
      const first = result.results.find((r) => r.status === 'rejected');
      throw new AppError(
        'invalid_input',
        `${kind}: ${result.rejected} rejected, first ${first?.key}: ${first?.issues?.[0]?.path} ${first?.issues?.[0]?.message}`,
      );
    }
  }

  /** @returns null while the lot, the tool or a chamber is on hold: the lot waits, and is asked for again later. */
  async advice(request: AdviceRequest): Promise<AdviceOut | null> {
    try {
      return await this.call<AdviceOut>('POST', '/api/v1/advice', JSON.stringify(request), 'application/json');
    } catch (e) {
      if (e instanceof AppError && e.code === 'on_hold') return null;
      throw e;
    }
  }

  openAlerts(): Promise<{ alerts: { id: string; state: string; lastAt: string }[] }> {
    return this.call('GET', '/api/v1/alerts?state=unclosed');
  }

  actOnAlert(id: string, action: AlertAction): Promise<unknown> {
    return this.call('POST', `/api/v1/alerts/${id}/actions`, JSON.stringify(action), 'application/json');
  }

  register(fab: object): Promise<unknown> {
    return this.call('PUT', '/api/v1/fab', JSON.stringify(fab), 'application/json');
  }

  /** Waits until every stage has caught up with what was sent. */
  async settled(signal: AbortSignal): Promise<PipelineStatus> {
    for (let pause = 4; ; pause = Math.min(60, pause * 1.5)) {
      const status = await this.call<PipelineStatus>('GET', '/api/v1/status');
      if (status.pending === 0 || signal.aborted) return status;
      await sleep(pause);
    }
  }

  private async call<T>(method: string, path: string, body?: string, type?: string): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.once<T>(method, path, body, type);
      if ('value' in outcome) return outcome.value;
      if (!outcome.again || attempt === TRIES) throw outcome.error;
      await sleep(Math.min(5_000, 100 * 2 ** attempt));
    }
  }

  private async once<T>(
    method: string,
    path: string,
    body?: string,
    type?: string,
  ): Promise<{ value: T } | { error: AppError; again: boolean }> {
    try {
      const res = await fetch(`${this.base}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.key}`, ...(type === undefined ? {} : { 'content-type': type }) },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(120_000),
      });
      if (res.ok) return { value: (await res.json()) as T };
      const text = (await res.text()).slice(0, 600);
      return {
        error: new AppError(
          res.status >= 500 ? 'dependency_unavailable' : text.includes('"code":"on_hold"') ? 'on_hold' : 'invalid_input',
          `${method} ${path} answered ${res.status}: ${text}`,
        ),
        again: res.status >= 500 || res.status === 429,
      };
    } catch (e) {
      const cause = (e as { cause?: { code?: string } }).cause?.code ?? (e as Error).message;
      return {
        error: new AppError('dependency_unavailable', `${this.base} cannot be reached (${cause}); is the web server running?`),
        again: true,
      };
    }
  }
}

/** Samples in the packed wire form: a third of the bytes and no parsing of numbers. */
export function packed(trace: TraceRecord): TraceRecord {
  const f32 = (v: readonly (number | null)[]) => {
    // -0 becomes 0: a state that was saved as JSON in between must give the same bytes, or a repeat would look like a different record.
    const a = Float32Array.from(v, (x) => (x === null ? Number.NaN : x + 0));
    return { f32: Buffer.from(a.buffer).toString('base64') };
  };
  return {
    t: Array.isArray(trace.t) ? f32(trace.t) : trace.t,
    steps: trace.steps,
    sensors: trace.sensors.map((s) => ({ ...s, values: Array.isArray(s.values) ? f32(s.values) : s.values })),
  };
}
