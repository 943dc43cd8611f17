import {expect, it} from 'vitest';
import {panelTabs} from '../../trainer/contract/panel/panelPage.ts';
import {fakeRun, type FakeRun} from '../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../helpers/temporaryFolder.ts';
import {describePanel, eventually, expectNoTrouble} from './describePanel.ts';
import {countColours, lettering} from './panelPixels.ts';
import {settledBox} from './settledBox.ts';

describePanel('what the panel saves, and how it is looked at', (open) => {
  it('saves charts as SVG and PNG with their legend', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 50});
    const panel = await open({tab: 'losses', runs: [run]});
    await panel.page.getByText('200 of 200 points shown').first().waitFor();
    await panel.page.getByRole('button', {name: 'Save charts as SVG'}).click();
    await panel.page.getByRole('button', {name: 'Save charts as PNG'}).click();
    await eventually(() => panel.asked.length).toBe(4);
    const [svg, , png] = panel.asked.map(({arguments: [, content]}) => content);
    expect(svg).toContain('>expert 3, t 750 to 999</text>');
    expect([...(png as Uint8Array).subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('saves heat maps as SVG and PNG with their axes and scale', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 50});
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    await page.getByRole('button', {name: 'Save denoising loss maps as SVG'}).click();
    await page.getByRole('button', {name: 'Save denoising loss maps as PNG'}).click();
    await eventually(() => panel.asked.length).toBe(2);
    const [name, svg] = panel.asked[0]?.arguments ?? [];
    const [, png] = panel.asked[1]?.arguments ?? [];
    expect(name).toBe('denoising-loss-by-timestep.svg');
    for (const text of ['expert 0, t 0 to 249', 'expert 3, t 750 to 999', '999', 'update'])
      expect(svg).toContain(`>${text}</text>`);
    // What the picture is drawn from, and that it is not one colour all over.
    const colours = await page.evaluate(countColours, png as Uint8Array);
    expect(colours).toBeGreaterThan(50);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('keeps a change at once, and those right after it before the editor does anything else', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20});
    const panel = await open({runs: [run]});
    const kept = await panel.page.evaluate(() => {
      const {getState} = window.acquireVsCodeApi() as {getState(): {tab: string}};
      const press = (selector: string) => {
        document.querySelector<HTMLElement>(selector)?.click();
        return getState().tab;
      };
      return ['#tab-system', '#tab-losses', '#tab-runs', 'vscode-button[data-key=Export]'].map(press);
    });
    expect(kept).toEqual(['system', 'system', 'system', 'runs']);
    await eventually(() => panel.asked.map(({what}) => what)).toEqual(['export']);
    await panel.page.locator('#tab-merge').click();
    await eventually(() => panel.saved).toMatchObject({tab: 'merge'});
    expectNoTrouble(panel);
    await panel.close();
  });

  it('fits into 400 pixels on every tab', async () => {
    const output = await temporaryFolder();
    const runs = [
      await fakeRun(output, {id: 'digits-1', updates: 60, state: 'done'}),
      await fakeRun(output, {id: 'digits-2', updates: 40}),
    ];
    const compared = runs.map(({run}) => run.path);
    const saved = {scope: 'experiment', selected: compared[0], compared, baseline: compared[0]};
    const panel = await open({runs, saved, viewport: {width: 400, height: 800}});
    const {page} = panel;
    const widths: Record<string, number> = {};
    for (const name of panelTabs) {
      await page.locator(`#tab-${name}`).click();
      await page.locator(`#view-${name}`).waitFor();
      await page.waitForTimeout(300); // Charts and tables come a moment later.
      widths[name] = await page.evaluate(() => document.documentElement.scrollWidth);
    }
    expect(widths).toEqual(Object.fromEntries(panelTabs.map((name) => [name, 400])));
    expectNoTrouble(panel);
    await panel.close();
  });

  it('puts on another theme while it is open', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 50});
    const panel = await open({tab: 'losses', runs: [run], theme: 'vscode-dark'});
    const {page} = panel;
    await page.getByText('200 of 200 points shown').first().waitFor();
    const chart = page.getByRole('img', {name: /^Denoising loss over updates/});
    await eventually(() => chart.evaluate(lettering)).toBe('light');
    await panel.setTheme('vscode-light');
    await eventually(() => chart.evaluate(lettering)).toBe('dark');
    expectNoTrouble(panel);
    await panel.close();
  });

  it('keeps its tabs where they are when the first data arrives', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const panel = await open({runs: [run], silent: true});
    const {page} = panel;
    await page.getByText('Waiting for the extension.').waitFor();
    const tab = page.getByRole('tab', {name: 'Merge'});
    const place = await settledBox(tab);
    panel.session.receive({type: 'ready'});
    await page.getByRole('button', {name: 'Export'}).waitFor();
    expect(await settledBox(tab)).toEqual(place);
    await panel.close();
  });

  it('moves nothing by itself where the user wants it still', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 50});
    const panel = await open({tab: 'losses', runs: [run]});
    await panel.page.getByText('200 of 200 points shown').first().waitFor();
    for (const tab of panelTabs) {
      await panel.page.getByRole('tab', {name: new RegExp(`^${tab}`, 'i')}).click();
      const moving = await panel.page.evaluate(() =>
        document
          .getAnimations()
          .filter(({effect}) => Number(effect?.getComputedTiming().activeDuration) > 20)
          .map((animation) => animation.constructor.name),
      );
      expect(moving, tab).toEqual([]);
    }
    await panel.close();
  });

  it('exports all runs that are compared', async () => {
    const folder = await temporaryFolder();
    const runs: FakeRun[] = [];
    for (const id of ['digits-1', 'digits-2', 'digits-3']) runs.push(await fakeRun(folder, {id, updates: 20}));
    const panel = await open({runs, compare: true});
    const {page} = panel;
    for (const name of ['digits-1', 'digits-3']) await page.getByRole('checkbox', {name}).click();
    await page.getByRole('button', {name: 'Export', exact: true}).click();
    await eventually(() => panel.asked.length).toBe(1);
    const [exported] = panel.asked[0]?.arguments as [{path: string}[]];
    expect(exported.map(({path}) => path)).toEqual([runs[0]?.run.path, runs[2]?.run.path]);
    await panel.close();
  });

  it('compares no more than ten runs, and says so', async () => {
    const folder = await temporaryFolder();
    const runs: FakeRun[] = [];
    for (let i = 0; i < 11; i++) runs.push(await fakeRun(folder, {id: `digits-${i}`, updates: 2}));
    const panel = await open({runs, compare: true});
    const boxes = panel.page.getByRole('checkbox', {name: /^digits-\d+$/});
    for (let i = 0; i < 11; i++) await boxes.nth(i).click();
    await panel.page.getByText('No more than 10 runs can be compared.').waitFor({state: 'attached'});
    await eventually(() => boxes.and(panel.page.locator('[aria-checked=true]')).count()).toBe(10);
    await panel.close();
  });

  it('zooms, moves and reads by mouse', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 400});
    const panel = await open({tab: 'losses', runs: [run]});
    const {page} = panel;
    await page
      .getByText(/ of 1,600 points shown/)
      .first()
      .waitFor();
    const box = await settledBox(page.getByRole('img', {name: /^Denoising loss over updates/}));
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await eventually(() => page.getByRole('region', {name: 'Values at the marked update'}).innerText()).toContain(
      'expert 3, t 750 to 999',
    );
    const range = () => page.getByText(/^(Updates \d+ to \d+|All updates)$/).innerText();
    const drag = async (to: number) => {
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * to, box.y + box.height / 2, {steps: 5});
      await page.mouse.up();
    };
    // Without Ctrl the wheel scrolls the page.
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -200);
    await page.keyboard.up('Control');
    await eventually(range).not.toBe('All updates');
    const wheeled = await range();
    await drag(0.8);
    await eventually(range).not.toBe(wheeled);
    const marked = await range();
    await page.keyboard.down('Shift');
    await drag(0.6);
    await page.keyboard.up('Shift');
    await eventually(range).not.toBe(marked);
    await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
    await page.getByText('All updates').waitFor();
    expectNoTrouble(panel);
    await panel.close();
  });
});
