import type { FabClient } from './client';

const HOUR_MS = 3_600_000;
const ACKNOWLEDGE_AFTER_MS = 48 * HOUR_MS;
const CLOSE_AFTER_MS = 72 * HOUR_MS;

/**
 * What the people of the simulated fab do with alerts of the history: look at one within two days, close it when three days brought no
 * further signal. They know nothing of the ground truth. Recent alerts stay for the people at the demo.
 */
export async function workAlerts(client: FabClient, now: number): Promise<void> {
  const { alerts } = await client.openAlerts();
  for (const a of alerts) {
    const quiet = now - Date.parse(a.lastAt);
    if (quiet > CLOSE_AFTER_MS) {
      await client.actOnAlert(a.id, {
        do: 'close',
        cause: 'unknown',
        action: 'No further signal in 72 hours (simulated shift)',
        disposition: 'use_as_is',
      });
    } else if (quiet > ACKNOWLEDGE_AFTER_MS && a.state === 'open') {
      await client.actOnAlert(a.id, { do: 'acknowledge', comment: 'Watched (simulated shift)' });
    }
  }
}
