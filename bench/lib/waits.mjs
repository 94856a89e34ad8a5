import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { BOMBS } from './bombs.mjs';

/** Longest wait of another request while `work` ran, ms: the longest turn of the server's event loop, and the round trip. */
async function longestWait(url, work) {
  let longestMs = 0;
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const from = performance.now();
      await (await fetch(url)).arrayBuffer();
      longestMs = Math.max(longestMs, performance.now() - from);
      await sleep(1);
    }
  })();
  const from = performance.now();
  const result = await work();
  const ms = performance.now() - from;
  isOver = true;
  await asking;
  return { longestMs, ms, result };
}

/**
 * How long other requests wait while a deliberately slow body is read; the first row is an idle server.
 * @returns rows of what was sent, the status of its answer, how long that took and the longest wait of another, ms.
 */
export async function waitsOfOthers(api) {
  const url = `${api.url}/api/health/live`;
  const rest = await longestWait(url, () => sleep(3_000));
  const rows = [['nothing (3 s)', null, rest.ms, rest.longestMs]];
  for (const [what, headers, make] of BOMBS) {
    const body = gzipSync(make(), { level: 1 });
    const { longestMs, ms, result } = await longestWait(url, async () => {
      const res = await fetch(`${api.url}/api/v1/measurements`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${api.key}`,
          'content-type': 'application/json',
          ...headers,
          'content-encoding': 'gzip',
        },
        body,
      });
      await res.arrayBuffer();
      return res.status;
    });
    rows.push([what, result, ms, longestMs]);
  }
  return rows;
}
