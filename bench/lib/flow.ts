import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { CHAMBERS, send, wafer } from './wafers.mjs';

export interface Api {
  url: string;
  key: string;
}

export const quantile = (list: readonly number[], q: number): number =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.ceil(q * list.length) - 1)]!;
export const ms = (v: number): string => v.toFixed(0).padStart(8);

export interface Flow {
  readonly points: number[];
  readonly alerts: number[];
}

/** Sends wafers at a rate until the time is up, and looks when their points and alerts are there. One in fifty is far out. */
export async function flow(
  api: Api,
  client: pg.Client,
  perSecond: number,
  forS: number,
  run: string,
): Promise<Flow & { sent: number; drainedS: number }> {
  const points: number[] = [];
  const alerts: number[] = [];
  const pending = new Map<string, { at: number; lot: string; slot: number; isFar: boolean; hasPoint: boolean }>();
  const began = Date.now();
  let sent = 0;
  let over = false;
  const watch = (async () => {
    while (!over || pending.size > 0) {
      const keys = [...pending.keys()];
      if (keys.length > 0) {
        const found = await client.query<{ key: string; alerted: boolean }>(
          `SELECT m.key, EXISTS (SELECT 1 FROM alert_signal s WHERE s.record_id = m.id) AS alerted FROM measurement m
           WHERE m.key = ANY($1) AND m.measured_at > now() - interval '1 hour' AND EXISTS (SELECT 1 FROM chart_point p WHERE p.record_id = m.id AND p.at > now() - interval '1 hour')`,
          [keys],
        );
        const seen = performance.now();
        for (const { key, alerted } of found.rows) {
          const w = pending.get(key)!;
          if (!w.hasPoint) points.push(seen - w.at);
          w.hasPoint = true;
          if (w.isFar && !alerted) continue;
          if (w.isFar) alerts.push(seen - w.at);
          pending.delete(key);
        }
      }
      if (over && Date.now() - began > (forS + 60) * 1000) break;
      await sleep(15);
    }
  })();
  while (Date.now() - began < forS * 1000) {
    const due = Math.floor(((Date.now() - began) / 1000) * perSecond) + 1;
    const batch = [];
    for (; sent < due; sent++) {
      const isFar = sent % 50 === 49;
      const slot = 1 + (Math.floor(sent / 400) % 25);
      const key = `${run}-${sent}`;
      const lot = `B${sent % 400}`;
      batch.push({
        isFar,
        lot,
        slot,
        ...wafer({
          key,
          lot,
          slot,
          at: Date.now() - 10_000 + (sent % 1000),
          chamber: CHAMBERS[sent % 3],
          mean: isFar ? 160 : 120 + Math.sin(12.9898 * sent),
        }),
      });
    }
    if (batch.length > 0) {
      await send(
        api,
        'runs',
        batch.map((b) => b.run),
      );
      await send(
        api,
        'measurements',
        batch.map((b) => b.measurement),
      );
      const at = performance.now();
      for (const b of batch) pending.set(b.measurement.key, { at, lot: b.lot, slot: b.slot, isFar: b.isFar, hasPoint: false });
    }
    await sleep(20);
  }
  const ended = performance.now();
  over = true;
  await watch;
  return { points, alerts, sent, drainedS: (performance.now() - ended) / 1000 };
}

export const flowLine = (name: string, list: readonly number[]): string =>
  list.length === 0
    ? `${name.padEnd(44)}       –`
    : `${name.padEnd(44)}${ms(quantile(list, 0.5))}${ms(quantile(list, 0.95))}${String(list.length).padStart(8)}`;
