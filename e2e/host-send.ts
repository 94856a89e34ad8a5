/** Sends records as a host does, with the key of the journey. @throws Error for an answer that refuses any of them. */
export async function send(method: string, path: string, body: object): Promise<void> {
  const res = await fetch(`${process.env['HOST_URL']}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${process.env['HOST_KEY']}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await res.text();
  if (!res.ok || /"rejected":[1-9]/.test(answer)) throw new Error(`${method} ${path}: ${res.status} ${answer.slice(0, 600)}`);
}
