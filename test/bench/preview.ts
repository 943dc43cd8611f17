import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Browser} from 'playwright-core';
import type {StartPreview} from '../../extension/panel/panelPreview.ts';
import type {EngineName} from '../../trainer/contract/engine/engineInfo.ts';
import type {OpenOrder} from '../../trainer/contract/panel/preview.ts';
import {findInstalled} from '../../trainer/engine/tensorflow/install/installedTensorflow.ts';
import {launchPreview} from '../../trainer/launch/previewProcess.ts';
import {packageRoot} from '../../trainer/packageRoot.ts';
import {chromiumMissing, findChromium, startChromium} from '../helpers/editor/chromium.ts';
import {fakeRun, type FakeRun} from '../helpers/runs/fakeRunFolder.ts';
import {bundlePanel, type PanelFiles} from '../webview/bundlePanel.ts';
import {TestPanel} from '../webview/testPanel.ts';
import {median} from './median.ts';
import {writePerturbed} from './perturbedModel.ts';

// `npm run bench:preview`: from a slider of the panel to the picture in it, with the bundled digit model and four experts: page, host, preview
// process and back. Ends with 1 where a figure is over its limit.

const moves = 10;
const experts = 4;
const patience = 120_000;
/** Milliseconds to the first coarse picture. */
const limits: Readonly<Record<EngineName, number>> = {tensorflow: 1000, webgpu: 1000, wasm: 3000};

const folder = await mkdtemp(join(tmpdir(), 'deme-preview-bench-'));
const executable = findChromium();
try {
  if (executable === null) throw new Error(chromiumMissing);
  const base = join(packageRoot(), 'media', 'digits', 'base');
  const models = await Promise.all(
    Array.from({length: experts}, (_, i) => writePerturbed(base, join(folder, `expert-${i}`), i)),
  );
  const run = await fakeRun(folder, {updates: 10, experts, state: 'done'});
  const browser = await startChromium(executable);
  const files = await bundlePanel();
  const engines: EngineName[] = (await findInstalled()) ? ['tensorflow', 'wasm'] : ['wasm'];
  for (const name of engines) {
    const order: OpenOrder = {
      kind: 'open',
      base,
      experts: models.map((path) => ({path})),
      saved: null,
      dtype: 'F32',
      engine: {name},
    };
    await measure(name, browser, files, run, order);
  }
  await browser.close();
} finally {
  await rm(folder, {recursive: true, force: true});
}

async function measure(
  name: EngineName,
  browser: Browser,
  files: PanelFiles,
  run: FakeRun,
  order: OpenOrder,
): Promise<void> {
  const launch = {node: process.execPath, entry: join(packageRoot(), 'dist', 'preview.js'), order};
  const preview: StartPreview = async (_, onNews) =>
    launchPreview({...launch, onNews, log: join(folder, `${name}.log`)});
  const panel = await TestPanel.open(browser, {files, runs: [run], actions: {preview}});
  const {page} = panel;
  await page.getByRole('tab', {name: 'Merge'}).click();
  const begin = performance.now();
  await page.getByRole('button', {name: 'Start live preview'}).click();
  await page.getByText(/parameters loaded in/).waitFor({timeout: patience});
  print(`${name}: engine and models loaded`, performance.now() - begin);
  await drawn(panel, 1);
  const idle: number[] = [];
  for (let i = 1; i <= moves; i++) {
    idle.push(await page.evaluate(timeToCoarse, 0.05 * i));
    await drawn(panel, 1 + i);
  }
  report(`${name}: slider to coarse picture`, idle, limits[name]);
  report(`${name}: order to refined picture`, refinedTimes(panel));
  const busy: number[] = [];
  for (let i = 1; i <= moves; i++) busy.push(await page.evaluate(timeToCoarse, -0.02 * i));
  report(`${name}: the same while it refines`, busy, limits[name]);
  await panel.close();
}

/** Waits until so many orders have been carried out. */
async function drawn(panel: TestPanel, count: number): Promise<void> {
  const end = performance.now() + patience;
  const heard = () => panel.posted.flatMap((each) => (each.type === 'preview' ? [each.news] : []));
  while (heard().filter(({kind}) => kind === 'done').length < count) {
    const bad = heard().find(({kind}) => kind === 'ended' || kind === 'failed');
    if (bad !== undefined) throw new Error(`the preview does not draw: ${JSON.stringify(bad)}`);
    if (performance.now() > end) throw new Error('the preview does not draw');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Milliseconds from the arrival of each order to its refined picture, the first left out: engines prepare what they compute in it. */
function refinedTimes(panel: TestPanel): number[] {
  const times = panel.posted.flatMap((each) =>
    each.type === 'preview' && each.news.kind === 'picture' && each.news.of === 'refined'
      ? [1000 * each.news.seconds]
      : [],
  );
  return times.slice(1);
}

/** In the page: moves a slider, and resolves with the milliseconds until the first picture of that merge is decoded. */
function timeToCoarse(value: number): Promise<number> {
  const slider = document.querySelector<HTMLInputElement>('input[aria-label="Weight of expert 0"]');
  const pictures = document.querySelector('[aria-label="Preview samples"]');
  if (slider === null || pictures === null) throw new Error('the preview is not shown');
  const shown = pictures.querySelector('img');
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    new MutationObserver((_, observer) => {
      const image = pictures.querySelector('img');
      if (image === null || image === shown || !image.alt.startsWith('Preview: 4 images')) return;
      observer.disconnect();
      image.decode().then(() => resolve(performance.now() - begin), reject);
    }).observe(pictures, {childList: true});
    slider.value = String(value);
    slider.dispatchEvent(new Event('input'));
  });
}

function report(what: string, times: readonly number[], limit?: number): void {
  print(`${what}, median of ${times.length}`, median(times), limit);
  print(`${what}, largest`, Math.max(...times), limit);
}

function print(what: string, milliseconds: number, limit?: number): void {
  const isOver = limit !== undefined && !(milliseconds < limit);
  if (isOver) process.exitCode = 1;
  const verdict = limit === undefined ? '' : `  (${isOver ? 'OVER' : 'under'} ${limit} ms)`;
  process.stdout.write(`${what.padEnd(58)} ${milliseconds.toFixed(0).padStart(6)} ms${verdict}\n`);
}
