import {mkdir, utimes} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {PanelPreview, type StartPreview} from '../../../extension/panel/panelPreview.ts';
import {previewOrder} from '../../../extension/panel/previewOrder.ts';
import {UserError} from '../../../trainer/contract/errors.ts';
import type {PreviewNews, PreviewOrder} from '../../../trainer/contract/panel/preview.ts';
import type {Run} from '../../../extension/runs/run.ts';
import {fakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const engine = {name: 'wasm', version: '1', device: 'CPU', threads: 1, reason: 'x'} as const;
const ready: PreviewNews = {kind: 'ready', engine, parameters: 1, seconds: 1};
const cancel: PreviewOrder = {kind: 'cancel'};
const [first, second] = ['/runs/a', '/runs/b'].map((path) => ({path}) as Run) as [Run, Run];

/** Starts processes that come up when they are let. */
function begin() {
  const started: {ended: number; orders: PreviewOrder[]; comeUp(): void; say(news: PreviewNews): void}[] = [];
  const posted: PreviewNews[] = [];
  const start: StartPreview = (_, onNews) =>
    new Promise((resolve) => {
      const state = {
        ended: 0,
        orders: [] as PreviewOrder[],
        comeUp: () => resolve({order: (order) => void state.orders.push(order), end: () => void state.ended++}),
        say: onNews,
      };
      started.push(state);
    });
  return {preview: new PanelPreview(start, (news) => posted.push(news)), started, posted};
}

describe('the preview of a panel', () => {
  it('passes orders on once its models are loaded', async () => {
    const {preview, started, posted} = begin();
    const starting = preview.start(first);
    started[0]?.comeUp();
    await starting;
    preview.order(cancel);
    started[0]?.say(ready);
    preview.order(cancel);
    preview.saved(second, '/m');
    preview.saved(first, '/m');
    expect(started[0]?.orders).toEqual([cancel, {kind: 'saved', path: '/m'}]);
    expect(posted).toEqual([ready]);
  });

  it('has one process, however slowly the one before comes up', async () => {
    const {preview, started, posted} = begin();
    const starting = [preview.start(first), preview.start(second)];
    started[1]?.comeUp();
    started[0]?.comeUp();
    await Promise.all(starting);
    expect(started.map(({ended}) => ended)).toEqual([1, 0]);
    started[0]?.say(ready);
    expect(posted).toEqual([]);
    preview.end();
    preview.end();
    expect(started.map(({ended}) => ended)).toEqual([1, 1]);
    started[1]?.say(ready);
    expect(posted).toEqual([]);
  });

  it('tells why it does not start', async () => {
    const posted: PreviewNews[] = [];
    const start = () => Promise.reject(new UserError('expert-missing', 'This expert is not there.'));
    await new PanelPreview(start, (news) => posted.push(news)).start(first);
    expect(posted).toMatchObject([{kind: 'ended', error: {code: 'expert-missing'}}]);
  });
});

describe('what a preview is told first', () => {
  it('is the models of the run, and the merge that was saved last', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 1, experts: 2});
    const models = join(run.path, 'models');
    for (const name of ['expert-0', 'expert-1']) await mkdir(join(models, name), {recursive: true});
    expect(await previewOrder(run)).toMatchObject({base: run.config.baseFolder, saved: null, dtype: 'F32'});
    for (const [i, name] of ['merged-2', 'merged', 'merged-10', '.merged-11.part'].entries()) {
      await mkdir(join(models, name));
      await utimes(join(models, name), 1000 + i, 1000 + i);
    }
    const order = await previewOrder(run);
    expect(order.saved).toBe(join(models, 'merged-10'));
    expect(order.experts.map(({path}) => path)).toEqual([join(models, 'expert-0'), join(models, 'expert-1')]);
  });
});
