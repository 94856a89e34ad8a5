import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly event?: { readonly kind: string };
    readonly alert?: { readonly severity: string };
    readonly text?: string;
    readonly messages?: readonly { readonly title: string; readonly kind: string }[];
    readonly digest?: object;
  };
}

/** A receiver of webhooks on this machine. `answer`: a status, or `hang` for a receiver that never answers. */
export async function receiver(answer: number | 'hang' = 204, headers: Record<string, string> = {}) {
  const heard: Heard[] = [];
  const state = { answer };
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', (c) => {
      text += c;
    });
    req.on('end', () => {
      heard.push({ headers: req.headers, body: JSON.parse(text) });
      if (state.answer === 'hang') return;
      res.writeHead(state.answer, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    heard,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    set(next: number | 'hang') {
      state.answer = next;
    },
    /** Breaks off what waits for an answer. */
    drop: (): void => server.closeAllConnections(),
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type Receiver = Awaited<ReturnType<typeof receiver>>;
