import type { FabClient } from './client';

const HOUR_MS = 3_600_000;
const ACKNOWLEDGE_AFTER_MS = 48 * HOUR_MS;
const CLOSE_AFTER_MS = 72 * HOUR_MS;

/**
 * How the people of the simulated fab work alerts of the history: they acknowledge one within two days and close it after three days without a
 * further signal. They do not know the ground truth. Recent alerts are left to the user of the demo.
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
