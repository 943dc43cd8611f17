import {expect, it} from 'vitest';
import {choose} from '../../../helpers/editor/choose.ts';
import {fakeRun} from '../../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {axeViolationsInThemes} from '../../axeViolations.ts';
import {describePanel, eventually, expectNoTrouble} from '../../describePanel.ts';
import type {TestPanel, TestPanelOptions} from '../../testPanel.ts';
import {FakePreview} from './fakePreview.ts';
import {settledBox} from '../../settledBox.ts';

const upRule = [{match: 'up', weights: [0.5, 0.6, 0.7, [-1, 1]]}];

describePanel('the live preview', (open) => {
  async function begin(setting: Pick<TestPanelOptions, 'trusted' | 'viewport'> = {}) {
    const fake = new FakePreview();
    const run = await fakeRun(await temporaryFolder(), {updates: 20, state: 'done'});
    const panel = await open({runs: [run], actions: {preview: fake.start}, ...setting});
    await panel.page.getByRole('tab', {name: 'Merge'}).click();
    return {fake, run, panel, page: panel.page, saved: run.run.report?.weights ?? []};
  }

  async function start({page}: TestPanel): Promise<void> {
    await page.getByRole('button', {name: 'Start live preview'}).click();
    await page.getByRole('img', {name: /^Preview: 16 images, 20 steps, seed 0/}).waitFor();
  }

  it('draws when its models are loaded, and says with what and how fast', async () => {
    const {fake, panel, page, saved} = await begin();
    await start(panel);
    await page.getByText('WebAssembly, as asked for. 51,985 parameters loaded in 1.5 s.').waitFor();
    await page.getByText('Coarse picture after 0.20 s, refined after 1.4 s.').waitFor();
    for (const name of [/^Base: 16/, /^Last saved merge: 16/]) await page.getByRole('img', {name}).waitFor();
    expect(fake.draws).toMatchObject([{seed: 0, images: 16, steps: 20, setting: {weights: saved}}]);
    await page.getByRole('textbox', {name: 'Seed of the preview'}).fill('7');
    await eventually(() => fake.draws.at(-1)?.seed).toBe(7);
    await page.getByRole('textbox', {name: 'Steps of the preview'}).fill('0');
    await page.getByRole('slider', {name: 'Weight of expert 1'}).fill('0.5');
    await page.getByRole('button', {name: 'Stop live preview'}).click();
    await eventually(() => fake.ended).toBe(1);
    expect(fake.draws).toHaveLength(2);
    expectNoTrouble(panel);
    await panel.close();
  });

  it.each([900, 1440])('stands beside its sliders in %i pixels, in sight with the last of them', async (width) => {
    const {panel, page} = await begin({viewport: {width, height: 900}});
    await start(panel);
    for (const name of ['Parts of expert 0', 'Parts of expert 1', 'Parts of expert 2'])
      await page.getByRole('button', {name}).click();
    const slider = page.getByRole('slider', {name: 'Weight of expert 3'});
    await slider.evaluate((each) => each.scrollIntoView({block: 'end'}));
    const opener = await settledBox(page.getByRole('button', {name: 'Parts of expert 3'}));
    const picture = await settledBox(page.getByRole('img', {name: /^Preview: 16 images/}));
    expect(picture.x).toBeGreaterThan(opener.x + opener.width);
    expect(picture.x + picture.width).toBeLessThanOrEqual(width);
    expect(picture.y).toBeGreaterThanOrEqual(0);
    expect(picture.y + picture.height).toBeLessThanOrEqual(900);
    await panel.close();
  });

  it.each([340, 400])('has its sliders in sight in %i pixels, and its openers in one line', async (viewed) => {
    const {panel, page} = await begin({viewport: {width: viewed, height: 900}});
    await page.getByRole('row', {name: /^expert 3, t 750 to 999 0/}).waitFor();
    const last = page.getByRole('button', {name: 'Parts of expert 3'});
    for (const each of [page.getByRole('textbox', {name: 'Weight of expert 3'}), last]) {
      const {x, width} = await settledBox(each);
      expect(x + width).toBeLessThanOrEqual(viewed);
    }
    expect((await settledBox(last)).height).toBeLessThan(32);
    await panel.close();
  });

  it('says what it lacks before the experts are trained, and offers it afterwards', async () => {
    const run = await fakeRun(await temporaryFolder(), {updates: 20, report: false});
    for (const stage of ['expert-0', 'expert-1', 'expert-2']) run.emit({type: 'stage', stage, state: 'done'});
    const panel = await open({runs: [run], tab: 'merge'});
    const {page} = panel;
    await page
      .getByText('Not trained yet: expert 3, t 750 to 999. A merge and its preview take all experts.')
      .waitFor();
    const offered = ['Merge and save', 'Start live preview'].map((name) => page.getByRole('button', {name}));
    for (const each of offered) expect(await each.isDisabled()).toBe(true);
    run.emit({type: 'stage', stage: 'expert-3', state: 'done'});
    panel.changed(run);
    for (const each of offered) await eventually(() => each.isDisabled()).toBe(false);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('follows sliders and fields by keyboard, in parts of the network too, and goes back and forth', async () => {
    const {fake, panel, page, saved} = await begin();
    await start(panel);
    const slider = page.getByRole('slider', {name: 'Weight of expert 2'});
    await slider.focus();
    await page.keyboard.press('End');
    await eventually(() => fake.draws.at(-1)?.setting.weights[2]).toBe(2.5);
    await eventually(() => page.getByRole('textbox', {name: 'Weight of expert 2'}).inputValue()).toBe('2.5');
    await page.getByRole('button', {name: 'Parts of expert 0'}).press('Enter');
    await page.getByRole('textbox', {name: 'Expert 0 in up blocks'}).fill('-2');
    const [, ...others] = saved;
    others[1] = 2.5;
    await eventually(() => fake.draws.at(-1)?.setting.rules).toEqual([{match: 'up', weights: [-2, ...others]}]);
    await page.keyboard.press('Control+z');
    await eventually(() => fake.draws.at(-1)?.setting).toEqual({weights: [saved[0], ...others]});
    await page.keyboard.press('Control+z');
    await eventually(() => fake.draws.at(-1)?.setting).toEqual({weights: saved});
    await eventually(() => slider.inputValue()).not.toBe('2.5');
    await page.keyboard.press('Control+Shift+Z');
    await page.getByRole('button', {name: 'Redo'}).click();
    await eventually(() => fake.draws.at(-1)?.setting.rules).toHaveLength(1);
    expect(await page.getByRole('textbox', {name: 'Expert 0 in up blocks'}).inputValue()).toBe('-2');
    expect(await page.getByRole('button', {name: 'Redo'}).isDisabled()).toBe(true);
    await page.getByRole('button', {name: 'Parts as expert 0'}).click();
    await eventually(() => fake.draws.at(-1)?.setting.rules).toBeUndefined();
    expectNoTrouble(panel);
    await panel.close();
  });

  it('draws and saves the merge of the run as it is, and changes only what is touched', async () => {
    const {fake, panel, page, run} = await begin();
    const method = {kind: 'dare', density: 0.3, seed: 11, elect: true, lambda: 1.5} as const;
    const rules = [{match: 'up_blocks.*.attentions.*', weights: [0.1, [0.2, 0.8], 0.3, 0.4]}, ...upRule];
    const {config} = run.run;
    run.set({config: {...config, config: {...config.config, merge: {dtype: 'F32', method, rules}}}});
    const weights = run.run.report?.weights;
    await panel.reload();
    await page.getByRole('tab', {name: 'Merge'}).click();
    await page.getByText(/^Rules for parts of the network, of which the first match counts\. up_blocks/).waitFor();
    await page.getByRole('button', {name: 'Merge and save'}).click();
    await eventually(() => panel.asked.length).toBe(1);
    expect(panel.asked[0]?.arguments[1]).toEqual({weights, rules, method});
    await start(panel);
    expect(fake.draws.at(-1)?.setting).toEqual({weights, rules, method});
    await page.getByRole('checkbox', {name: 'Elect signs'}).click();
    const touched = {weights, rules, method: {...method, elect: false}};
    await eventually(() => fake.draws.at(-1)?.setting).toEqual(touched);
    await page.getByRole('button', {name: 'Save exactly this'}).click();
    await eventually(() => panel.asked.length).toBe(2);
    expect(panel.asked[1]?.arguments[1]).toEqual(touched);
    await eventually(() => panel.saved).toMatchObject({merge: {setting: {parameters: {elect: false, seed: 11}}}});
    const again = await open({runs: [run], saved: panel.saved});
    await again.page.getByRole('button', {name: 'Parts of expert 1'}).click();
    await again.page.getByRole('button', {name: 'One weight for expert 1 in up_blocks.*.attentions.*'}).click();
    const field = again.page.getByRole('textbox', {name: 'Expert 1 in up_blocks.*.attentions.*'});
    await eventually(() => field.inputValue()).toBe('0.5');
    await again.page.getByRole('button', {name: 'Undo'}).click();
    await again.page.getByRole('button', {name: 'Merge and save'}).click();
    await eventually(() => again.asked.map(({arguments: [, setting]}) => setting)).toEqual([touched]);
    expectNoTrouble(panel);
    await Promise.all([panel.close(), again.close()]);
  });

  it('comes back with its weights after it was hidden, and undo leads to those of the run', async () => {
    const {panel, page, run, saved} = await begin();
    await page.getByRole('textbox', {name: 'Weight of expert 3'}).fill('-0.75');
    await eventually(() => panel.saved).toMatchObject({merge: {setting: {weights: [...saved.slice(0, 3), -0.75]}}});
    const again = await open({runs: [run], saved: panel.saved});
    const field = again.page.getByRole('textbox', {name: 'Weight of expert 3'});
    await eventually(() => field.inputValue()).toBe('-0.75');
    await again.page.getByRole('button', {name: 'Undo'}).click();
    await eventually(() => field.inputValue()).toBe(String(saved[3]));
    await Promise.all([panel.close(), again.close()]);
  });

  it('saves what its picture shows, and draws that beside', async () => {
    const {fake, panel, page, run} = await begin();
    const exact = page.getByRole('button', {name: 'Save exactly this'});
    expect(await exact.isDisabled()).toBe(true);
    const difference = page.getByText(
      /^“Merge and save” takes the settings as they stand here, “Save exactly this” those of the preview/,
    );
    expect(await difference.isVisible()).toBe(false);
    await start(panel);
    expect(await difference.isVisible()).toBe(true);
    await page.getByRole('textbox', {name: 'Lambda'}).fill('1.25');
    await eventually(() => fake.draws.at(-1)?.setting.method).toEqual({kind: 'linear', lambda: 1.25});
    const shown = fake.draws.at(-1)?.setting;
    await exact.click();
    await page.getByText('Saved the merged model in /models/merged-1').waitFor();
    expect(panel.asked).toEqual([{what: 'merge', arguments: [run.run, shown]}]);
    await eventually(() => fake.orders.slice(-2).map(({kind}) => kind)).toEqual(['saved', 'draw']);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('draws a grid over two numbers, and saves it', async () => {
    const {fake, panel, page} = await begin();
    await start(panel);
    await page.getByRole('textbox', {name: 'Across: to'}).fill('2');
    await page.getByRole('button', {name: 'Draw grid'}).click();
    await page.getByText('9 of 9 cells drawn').waitFor();
    const grid = fake.orders.at(-1);
    expect(grid?.kind === 'grid' && grid.settings.map(({weights, method}) => [weights[0], method])).toEqual(
      [0.5, undefined, 1.5].flatMap((lambda) =>
        [0, 1, 2].map((weight) => [weight, lambda === undefined ? undefined : {kind: 'linear', lambda}]),
      ),
    );
    await page.getByRole('img', {name: 'weight of expert 0 2, lambda 1.5'}).waitFor();
    await page.getByRole('button', {name: 'Save grid as PNG'}).click();
    await eventually(() => panel.asked.length).toBe(1);
    const [name, png] = panel.asked[0]?.arguments ?? [];
    expect(name).toBe('merge-grid.png');
    expect([...(png as Uint8Array).subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expectNoTrouble(panel);
    await panel.close();
  });

  it('tells why it ended, and starts again', async () => {
    const {fake, panel, page} = await begin();
    await start(panel);
    fake.say({kind: 'ended', error: {code: 'preview-broken', message: 'The preview process ended with code 3.'}});
    await page.getByRole('alert').getByText('ended with code 3').waitFor();
    await start(panel);
    await panel.page.evaluate(() => window.postMessage({type: 'preview', news: {kind: 'picture', png: '<b>'}}, '*'));
    await page.getByRole('alert').getByText('does not understand').waitFor();
    await panel.close();
  });

  it('starts nothing in an untrusted workspace, for another run, or by orders that are none', async () => {
    const {fake, panel, page, run} = await begin({trusted: false});
    expect(await page.getByRole('button', {name: 'Start live preview'}).isDisabled()).toBe(true);
    const say = (command: unknown) => panel.session.receive({type: 'preview', command});
    say({kind: 'start', run: run.run.path});
    await eventually(() => panel.posted.at(-1)).toMatchObject({type: 'preview', news: {error: {code: 'untrusted'}}});
    await panel.close();
    const trusted = await begin();
    const order = (command: unknown) => trusted.panel.session.receive({type: 'preview', command});
    order({kind: 'start', run: '/etc'});
    await eventually(() => trusted.panel.posted.at(-1)).toMatchObject({news: {error: {code: 'run-missing'}}});
    const draw = {kind: 'draw', id: 1, setting: {weights: [1]}, seed: 0, images: 1, steps: 1};
    for (const hostile of [
      {kind: 'open', base: '/', experts: [{path: '/'}], saved: null, dtype: 'F32', engine: {name: 'wasm'}},
      {kind: 'saved', path: '/etc/passwd'},
      {...draw, images: 1e9},
      {...draw, setting: {weights: [Infinity]}},
      {...draw, setting: {weights: ['1']}},
      {...draw, path: '/etc'},
    ]) {
      const before = trusted.panel.posted.length;
      order(hostile);
      expect(trusted.panel.posted.slice(before)).toMatchObject([{type: 'error', error: {code: 'message-invalid'}}]);
    }
    // Nothing to draw with yet: dropped.
    order(draw);
    expect([fake.orders, trusted.fake.orders]).toEqual([[], []]);
    await trusted.panel.close();
  });

  it('ends with its page: closed, hidden, or made anew', async () => {
    const {fake, panel} = await begin();
    await start(panel);
    panel.session.setVisible(false);
    expect(fake.ended).toBe(1);
    panel.session.setVisible(true);
    panel.session.receive({type: 'ready'});
    await panel.reload();
    await panel.page.getByRole('tab', {name: 'Merge'}).click();
    await start(panel);
    await panel.reload();
    await eventually(() => fake.ended).toBe(2);
    await panel.page.getByRole('tab', {name: 'Merge'}).click();
    await start(panel);
    await panel.close();
    expect(fake.ended).toBe(3);
  });

  it('draws a grid that is ordered right after a change whole, and then the changed merge', async () => {
    const {fake, panel, page} = await begin();
    await start(panel);
    await choose(page, 'Method', 'DARE');
    await eventually(() => fake.draws.at(-1)?.setting.method?.kind).toBe('dare');
    const before = fake.orders.length;
    // Both clicks in one turn of the page: the drawing of the changed merge is due when the grid is ordered.
    await page.evaluate(() => {
      const named = (selector: string, text: string) =>
        [...document.querySelectorAll<HTMLElement>(selector)].find((each) => each.textContent.includes(text))?.click();
      named('vscode-checkbox', 'Elect signs');
      named('vscode-button', 'Draw grid');
    });
    await page.getByText('9 of 9 cells drawn').waitFor();
    await eventually(() => fake.orders.slice(before).map(({kind}) => kind)).toEqual(['grid', 'draw']);
    expect(fake.draws.at(-1)?.setting.method).toMatchObject({kind: 'dare', elect: true});
    await page.getByText('9 of 9 cells drawn', {exact: true}).waitFor();
    await panel.close();
  });

  it('has no axe violation in any theme', async () => {
    const {panel, page} = await begin();
    await start(panel);
    await page.getByRole('button', {name: 'Parts of expert 0'}).click();
    await page.getByRole('textbox', {name: 'Expert 0 in up blocks'}).fill('2');
    await choose(page, 'Method', 'DARE');
    await page.getByRole('checkbox', {name: 'Elect signs'}).click();
    await page.getByRole('button', {name: 'Draw grid'}).click();
    await page.getByText('9 of 9 cells drawn').waitFor();
    expect(await axeViolationsInThemes(panel)).toEqual([]);
    expectNoTrouble(panel);
    await panel.close();
  });
});
