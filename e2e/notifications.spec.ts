import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { emailOf, expect, expectAccessible, expectNoBlankness, test } from './support';

test.use({ person: 'admin' });

/** A receiver of webhooks on this machine. */
async function receiver() {
  const heard: { test?: boolean }[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (c) => {
      body += c;
    });
    req.on('end', () => {
      heard.push(JSON.parse(body));
      res.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, close: () => server.close() };
}

test('a channel is tested, a rule sends to it, and the delivery stands in the log', async ({ page }, info) => {
  const hook = await receiver();
  const name = `pager ${info.workerIndex}-${Date.now()}`;
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Add a channel…' }).click();
  const adding = page.getByRole('dialog');
  await adding.getByLabel('Name').fill(name);
  await adding.getByLabel(/^Address/).fill(hook.url);
  await adding.getByRole('button', { name: 'Add the channel' }).click();
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByRole('button', { name: `Test ${name}` }).click();
  await expect(page.getByRole('status').filter({ hasText: `${name} took the test: 204` })).toBeVisible();
  expect(hook.heard.some((m) => m.test === true)).toBe(true);

  await page.goto('/alerts/notifications');
  await page.getByRole('button', { name: 'Add a rule…' }).click();
  const rule = page.getByRole('dialog');
  await rule.getByLabel('Name').fill(`rule of ${name}`);
  await rule.getByLabel('Add').selectOption(`channel:${name}`);
  await rule.getByRole('button', { name: 'What would it have sent?' }).click();
  await expect(rule.getByText(/In the last 7 days: [\d\s\u202f]+ messages by this rule/)).toBeVisible();
  await rule.getByLabel(/^Reason/).fill('A pager of its own');
  await rule.getByRole('button', { name: 'Add the rule' }).click();
  await expect(page.getByRole('table', { name: 'Notification rules' }).getByText(`rule of ${name}`)).toBeVisible();
  await expectAccessible(page);

  await page.goto(`/alerts/notifications/log?channel=${encodeURIComponent(name)}`);
  const log = page.getByRole('table', { name: 'Deliveries' });
  await expect(log.getByRole('row').filter({ hasText: 'test' }).getByText('delivered').first()).toBeVisible();
  await expectAccessible(page);
  await expectNoBlankness(page);

  await page.goto('/settings');
  await page.getByRole('row').filter({ hasText: name }).getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Paused.' })).toBeVisible();
  hook.close();
});

test('a rota says who is on call now, and a swap changes it', async ({ page }, info) => {
  const name = `rota ${info.workerIndex}-${Date.now()}`;
  await page.goto('/alerts/notifications/rota');
  await page.getByRole('button', { name: 'Add a rota…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('First turn').fill('2020-01-06');
  await dialog.getByLabel(/^Takes turns/).fill(emailOf('ana'));
  await dialog.getByLabel(/^Reason/).fill('Somebody must come');
  await dialog.getByRole('button', { name: 'Add the rota' }).click();
  await expect(page.getByRole('row').filter({ hasText: name }).getByText(emailOf('ana'))).toBeVisible();

  await page.goto(`/alerts/notifications/rota?rota=${encodeURIComponent(name)}`);
  await page.getByRole('button', { name: 'Swap or holiday…' }).click();
  const swap = page.getByRole('dialog');
  const day = (ms: number): string => new Date(Date.now() + ms).toISOString().slice(0, 16);
  await swap.getByLabel(/^From/).fill(day(-3_600_000));
  await swap.getByLabel(/^To/).fill(day(86_400_000));
  await swap.getByLabel('On call then').selectOption(emailOf('omar'));
  await swap.getByLabel(/^Reason/).fill('Ana is away');
  await swap.getByRole('button', { name: 'Put it in' }).click();
  await expect(page.getByRole('row').filter({ hasText: name }).getByText(emailOf('omar'))).toBeVisible();
  await expectAccessible(page);
  await expectNoBlankness(page);
});

test('quiet hours are everybody’s own', async ({ page }) => {
  await page.goto('/alerts/notifications');
  const panel = page.getByRole('region', { name: 'My quiet hours' });
  if (await panel.getByRole('button', { name: 'Add quiet hours' }).isVisible())
    await panel.getByRole('button', { name: 'Add quiet hours' }).click();
  await panel.getByLabel('From').first().fill('21:30');
  await panel.getByRole('button', { name: 'Save my quiet hours' }).click();
  await expect(panel.getByText(/21:30 to 06:00/)).toBeVisible();
  await panel.getByRole('button', { name: 'Remove hours 1' }).click();
  await panel.getByRole('button', { name: 'Save my quiet hours' }).click();
  await expect(panel.getByText('none', { exact: true })).toBeVisible();
});
