import type { Page } from '@playwright/test';
import { lineOf, MINUTE, openAlert, region } from './alert-line';
import { expect, expectAccessible, expectNoBlankness, test } from './support';

test.use({ person: 'admin' });

const told = (page: Page, text: string | RegExp) =>
  expect(page.getByRole('status').filter({ hasText: text }).first()).toBeVisible();

async function withReason(page: Page, dialog: string | RegExp, reason: string, confirm: string | RegExp): Promise<void> {
  const d = page.getByRole('dialog', { name: dialog });
  await d.getByRole('textbox', { name: /^Reason/ }).fill(reason);
  await d.getByRole('button', { name: confirm }).click();
}

/** Makes a checklist in the editor: a question, a decision by data, a hold, an end; and puts it in force. */
async function makeChecklist(page: Page, name: string): Promise<void> {
  await page.goto('/alerts/checklists');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'New checklist' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Parameters').fill(name);
  const title = page.getByLabel('Title');
  const add = (kind: string) => page.getByRole('button', { name: kind, exact: true }).click();
  await add('+ by data');
  await title.fill('Beyond the limits?');
  await page.getByLabel('Decided by').selectOption({ label: 'The rule that fired' });
  await add('+ action');
  await title.fill('Hold the lot');
  await add('+ end');
  await title.fill('The chamber was repaired');
  await page.getByLabel('Suggested cause').selectOption('equipment_fault');
  const missing = page.getByRole('list', { name: 'What is missing' });
  await expect(missing).toContainText('step "Is it real?": say where "no" leads');
  await missing.getByRole('button', { name: /Is it real/ }).click();
  await page.getByLabel('leads to').nth(1).selectOption({ label: 'The chamber was repaired' });
  await missing
    .getByRole('button', { name: /Beyond the limits/ })
    .first()
    .click();
  await page.getByLabel('no', { exact: true }).selectOption({ label: 'The chamber was repaired' });
  await page.getByLabel(/^Unknown/).selectOption({ label: 'The chamber was repaired' });
  await expect(region(page, 'Flow')).toContainText('whole');
  await expect(page.getByRole('img', { name: /Flowchart of 4 steps: .*Is it real\? yes → Beyond the limits\?/ })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Keep the draft' }).click();
  await told(page, 'Draft of version 1 kept.');
  await page.getByRole('button', { name: 'Put version 1 in force…' }).click();
  await withReason(page, 'Put version 1 in force', 'The plan of this journey', 'Put in force');
  await told(page, 'Version 1 is in force');
  await expect(region(page, 'Versions').getByRole('row').filter({ hasText: 'The plan of this journey' })).toContainText(
    'in force',
  );
}

/** The policy of the area asks for it, before that of the fab. */
async function giveToPolicy(page: Page, name: string): Promise<void> {
  await page.goto('/alerts/policies');
  await page.getByRole('button', { name: 'Policy of an area…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Area', { exact: true }).selectOption('DEPOSITION');
  await dialog.getByLabel('Add a checklist').selectOption({ label: name });
  await dialog.getByRole('button', { name: `Ask ${name} first` }).click();
  await dialog.getByRole('checkbox', { name: /closed only after its checklist/ }).check();
  await dialog.getByRole('textbox', { name: /^Reason/ }).fill('For this journey');
  await dialog.getByRole('button', { name: /^Activate version/ }).click();
  await expect(page.getByRole('row').filter({ hasText: 'DEPOSITION' })).toContainText('needed');
}

async function takeFromPolicy(page: Page): Promise<void> {
  await page.goto('/alerts/policies?area=DEPOSITION&severity=high');
  await page.getByRole('button', { name: 'Change…' }).first().click();
  const back = page.getByRole('dialog');
  await back.getByRole('checkbox', { name: /follows that of all areas/ }).check();
  await back.getByRole('textbox', { name: /^Reason/ }).fill('The journey is over');
  await back.getByRole('button', { name: 'Follow all areas' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'DEPOSITION' })).toContainText('follows all areas');
}

test('an alert is worked over its checklist, with a decision by data, to its verified end', async ({ page, baseURL }) => {
  test.setTimeout(240_000);
  const name = `K${Date.now().toString(36)}`;
  const { send } = await lineOf(page, baseURL!, name);
  await test.step('an engineer draws the checklist and gives it to the policy', async () => {
    await makeChecklist(page, name);
    await giveToPolicy(page, name);
  });
  await send({ lots: [{ lot: `${name}-bad`, at: Date.now(), mean: 108 }] });
  await openAlert(page, name);
  const list = region(page, 'Checklist');
  await test.step('its first question is answered by a key, the data answer the second', async () => {
    await expect(list).toContainText(`${name} v1`);
    await expect(list.locator('[aria-current="step"]')).toContainText('Is it real?');
    await expectAccessible(page);
    await page.getByRole('heading', { name: 'Evidence' }).click();
    await page.keyboard.press('1');
    await expect(list).toContainText(/Beyond the limits\?.*yes.*rule 1 fired/s);
    await expect(region(page, 'Life')).toContainText('in work');
  });
  await test.step('taken back with a reason it stays visible, and is answered again', async () => {
    await page.keyboard.press('b');
    await withReason(page, 'Take the last step back', 'Look at the map first', 'Take it back');
    await expect(list.locator('[aria-current="step"]')).toContainText('Is it real?');
    await list.getByRole('button', { name: /^Show 2 taken back/ }).click();
    await expect(list).toContainText('Look at the map first');
    await list.getByLabel('Note to this step').fill('The map is plausible');
    await list.getByRole('button', { name: 'yes', exact: true }).click();
    await expect(list.locator('[aria-current="step"]')).toContainText('Hold the lot');
  });
  const close = async () => {
    await page.getByRole('button', { name: 'Close…' }).click();
    const d = page.getByRole('dialog', { name: 'Close the alert' });
    if ((await d.getByText('Every affected lot is decided.').count()) === 0) await d.getByLabel('Wafers').selectOption('rework');
    await d.getByLabel('Verified by').selectOption('3');
    await d.getByRole('textbox', { name: /^What was done/ }).fill('Replaced the shower head.');
    return d;
  };
  await test.step('the policy asks for its end, and a step that was not done is not passed', async () => {
    const d = await close();
    await d.getByLabel('Cause').selectOption('unknown');
    await d.getByRole('button', { name: 'Close alert' }).click();
    await expect(d.getByRole('alert')).toContainText('it stands at "Hold the lot"');
    await page.keyboard.press('Escape');
    await list.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'No hold was placed from this alert' })).toBeVisible();
  });
  await test.step('the hold is placed in the step, the checklist ends and suggests the cause', async () => {
    await list.getByRole('button', { name: 'Hold…' }).click();
    const hold = page.getByRole('dialog', { name: 'Place a hold' });
    await hold.getByLabel('Hold', { exact: true }).selectOption({ label: `lot ${name}-bad` });
    await hold.getByRole('textbox').fill('Until it is decided');
    await hold.getByRole('button', { name: 'Hold', exact: true }).click();
    await expect(region(page, 'Holds')).toContainText(`lot ${name}-bad`);
    await list.getByRole('button', { name: 'Done' }).click();
    await expect(list).toContainText('finished');
    await expectNoBlankness(page);
    const d = await close();
    await expect(d.getByLabel('Cause')).toHaveValue('equipment_fault');
    await d.getByRole('button', { name: 'Close alert' }).click();
    await expect(region(page, 'Life')).toContainText('being checked');
  });
  await test.step('three points verify it', async () => {
    const at = Date.now() + MINUTE;
    await send({ lots: [1, 2, 3].map((i) => ({ lot: `${name}-after-${i}`, at: at + i * 1000, mean: 100 + i / 10 })) });
    await expect(async () => {
      await page.reload();
      await expect(region(page, 'Life')).toContainText('3 points after the action without a signal', { timeout: 2000 });
    }).toPass({ timeout: 60_000 });
    await expect(region(page, 'History')).toContainText('checklist finished');
  });
  await takeFromPolicy(page);
});

test('charts of one faulted chamber come to one incident, which is worked as one and can be split', async ({ page, baseURL }) => {
  test.setTimeout(240_000);
  const stamp = Date.now().toString(36);
  const [first, second] = [`I${stamp}a`, `I${stamp}b`];
  const one = await lineOf(page, baseURL!, first);
  const two = await lineOf(page, baseURL!, second);
  await one.send({ lots: [{ lot: `${first}-bad`, at: Date.now(), mean: 108 }] });
  await openAlert(page, first);
  await two.send({ lots: [{ lot: `${second}-bad`, at: Date.now(), mean: 109 }] });
  await openAlert(page, second);
  await expect(region(page, 'History')).toContainText('gathered');
  await region(page, 'Incident')
    .getByRole('link', { name: /^\d+ alerts$/ })
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Incident');
  const timeline = page.getByRole('table', { name: 'Timeline of the incident' });
  await expect(timeline).toContainText(`${first} mean`);
  await expect(timeline).toContainText(`${second} mean`);
  await expect(region(page, 'What they share')).toContainText('CVD-01');
  await expectAccessible(page);
  await expectNoBlankness(page);
  const incident = page.url();

  await page.getByRole('checkbox', { name: new RegExp(`^Choose ${first}`) }).check();
  await page.getByRole('checkbox', { name: new RegExp(`^Choose ${second}`) }).check();
  await page.getByRole('toolbar', { name: 'Chosen alerts' }).getByRole('button', { name: 'Acknowledge all' }).click();
  await told(page, 'Done for 2.');

  await page.goto('/alerts');
  const more = page.getByRole('link', { name: /more alerts? of one incident/ }).first();
  await expect(more).toBeVisible();
  await expectAccessible(page);

  await page.goto(incident);
  await page.getByRole('button', { name: 'Split…' }).click();
  const split = page.getByRole('dialog', { name: 'Split alerts off' });
  await split.getByRole('checkbox', { name: new RegExp(second) }).check();
  await split.getByRole('textbox').fill('Another gas line');
  await split.getByRole('button', { name: 'Split 1 alert off' }).click();
  await expect(region(page, 'History')).toContainText('Another gas line');
  await expect(timeline).not.toContainText(`${second} mean`);
});
