import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {mergeArguments} from '../../../../extension/panel/mergeArguments.ts';
import {panelHtml} from '../../../../extension/panel/panelHtml.ts';
import {fileInRun, runView} from '../../../../extension/panel/runs/runView.ts';
import {mkdir} from 'node:fs/promises';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {fakeRun} from '../../../helpers/runs/fakeRunFolder.ts';

const place = {path: '/new/digits-1', record: {id: 'digits-1'}} as unknown as Parameters<typeof fileInRun>[0];

describe('a file that an event names', () => {
  it.each([
    ['/new/digits-1/evaluations/base/samples.png', '/new/digits-1/evaluations/base/samples.png'],
    ['/old/digits-1/evaluations/base/samples.png', '/new/digits-1/evaluations/base/samples.png'],
    ['/etc/passwd', null],
    ['/new/digits-1/../secret.png', null],
    ['/old/digits-1/../../secret.png', null],
    ['/new/digits-10/samples.png', null],
    ['samples.png', null],
  ])('%s is looked for in the run folder only', (file, found) => {
    expect(fileInRun(place, file)).toBe(found);
  });
});

describe('the view of a run', () => {
  it('has the newest picture of each file and the largest memory of each stage', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 1});
    const file = join(run.path, 'evaluations', 'base', 'samples.png');
    const view = runView(
      run,
      [
        {type: 'images', time: 1, stage: 'evaluate-base', file},
        {type: 'images', time: 2, stage: 'evaluate-base', file},
        {type: 'memory', time: 3, stage: 'expert-0', host: 5, device: 9},
        {type: 'memory', time: 4, stage: 'expert-0', host: 7},
      ],
      (path) => path,
    );
    expect(view.images).toEqual([
      {model: 'base', title: 'base', update: null, source: `${file}?2`, time: 2, images: 64},
    ]);
    const stage = view.stages.find(({name}) => name === 'expert-0');
    expect(stage).toMatchObject({memory: {host: 7, device: 9}, secondsPerUpdate: 0.25, secondsWaited: 0.05});
  });

  it('takes the training timesteps of a pretraining from its scheduler, as it has no ranges', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 1});
    const {decouple: _, ...others} = run.config.config;
    const pretrain = {scheduler: {num_train_timesteps: 200}} as NonNullable<typeof others.pretrain>;
    const view = (timesteps: number | null) =>
      runView({...run, report: null, timesteps, config: {...run.config, config: {...others, pretrain}}}, [], String);
    expect(view(null)).toMatchObject({ranges: [], timesteps: 200});
    expect(view(500)).toMatchObject({ranges: [], timesteps: 500});
  });
});

describe('a merge with typed weights', () => {
  it('names base, experts and a folder that is free', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 1});
    for (const name of ['expert-0', 'expert-1', 'expert-2', 'expert-3', 'merged-1']) {
      await mkdir(join(run.path, 'models', name), {recursive: true});
    }
    const {args, out} = await mergeArguments(run, {weights: [0.1, -0.2, 0.5, 1]});
    expect(out).toBe(join(run.path, 'models', 'merged-2'));
    expect(args.filter((arg) => arg.includes('expert-'))).toHaveLength(4);
    expect(args).toContain('--weights=0.1,-0.2,0.5,1');
    expect(args).not.toContain('--method');
    const rules = [{match: 'up', weights: [0, -0.5, 1e-7, [0.1, 1]]}];
    const method = {kind: 'ties', density: 0.3, lambda: 1, mean: false} as const;
    const ruled = await mergeArguments(run, {weights: [1, 1, 1, 1], rules, method});
    const how = ['--method', 'ties', '--set', 'density=0.3', '--set', 'lambda=1', '--set', 'mean=false'];
    expect(ruled.args.join(' ')).toContain([...how, '--rule', 'up=0,-0.5,1e-7,0.1:1'].join(' '));
    await expect(mergeArguments(run, {weights: [1]})).rejects.toMatchObject({code: 'merge-weights'});
  });

  it('says which expert is not there', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 1});
    const where = join(run.path, 'models', 'expert-0');
    await expect(mergeArguments(run, {weights: [1, 1, 1, 1]})).rejects.toMatchObject({code: 'expert-missing', where});
  });
});

describe('the page', () => {
  it('allows no source but its own, and inline styles only', () => {
    const html = panelHtml({script: 'app:s.js', style: 'app:s.css', cspSource: 'app:', nonce: 'n0'});
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'nonce-n0'",
      "style-src app: 'unsafe-inline'",
      'img-src app: data: blob:',
      'font-src app:',
    ]);
    expect(html.match(/<script/g)).toHaveLength(1);
  });
});
