import {beforeEach, expect, it, onTestFinished, vi} from 'vitest';
import {registerNotices} from '../../extension/notices.ts';
import type {Run} from '../../extension/runs/run.ts';
import type {Runs} from '../../extension/runs/runs.ts';
import {editor} from '../helpers/fakeVscode.ts';
import {knownReport, knownRun, knownState} from '../helpers/knownRun.ts';

beforeEach(() => editor.reset());

/** Lets a run that was seen active come to its end. */
async function end(run: Run): Promise<string[]> {
  let tell: (changed: Run) => void = () => undefined;
  const runs = {
    all: () => [knownRun({state: knownState('running')})],
    onDidChange: (act: (changed: Run) => void) => {
      tell = act;
      return {dispose: () => undefined};
    },
  };
  const studio = {log: {info: () => undefined}, openPanel: () => Promise.resolve()};
  registerNotices(studio as unknown as Parameters<typeof registerNotices>[0], runs as unknown as Runs);
  tell(run);
  await expect.poll(() => editor.messages.length).toBe(1);
  return editor.messages.map(({kind, text}) => `${kind}: ${text}`);
}

it('the notice at the end of a run has its verdict', async () => {
  const worse = knownRun({state: knownState('done', 1), report: knownReport(0.02, 0.02004)});
  expect(await end(worse)).toEqual([
    'information: digits-1 is done. Merged is worse than the base by 0.20 % (4.0 standard errors).',
  ]);
});

it('that of a run that has measured nothing says so', async () => {
  expect(await end(knownRun({state: knownState('done', 1)}))).toEqual([
    'information: digits-1 is done. Not measured: its models have not been evaluated yet.',
  ]);
});

it('that of a run that failed offers what its error asks for', async () => {
  const error = {code: 'engine-missing', message: 'No engine.', hint: 'Run `deme engine install tensorflow`.'};
  editor.answers.push('Install TensorFlow');
  await end(knownRun({state: knownState('failed', 0.4, {error})}));
  expect(editor.messages[0]?.buttons).toEqual(['Install TensorFlow', 'Resume', 'Open Panel', 'Show Log']);
  await expect.poll(() => editor.called).toEqual([['deme.installEngine']]);
});

it('an alert of a run that goes on is shown once, those of before are not', async () => {
  let tell: (changed: Run) => void = () => undefined;
  const alerts = (...times: number[]) => times.map((time) => ({time, text: `expert-0: jump ${time}`}));
  const running = (...times: number[]) => {
    const run = knownRun({state: knownState('running')});
    return {...run, progress: {...run.progress, alerts: alerts(...times)}};
  };
  const runs = {
    all: () => [running(1)],
    onDidChange: (act: (changed: Run) => void) => {
      tell = act;
      return {dispose: () => undefined};
    },
  };
  const host = {log: {info: () => undefined, warn: () => undefined}, openPanel: () => Promise.resolve()};
  registerNotices(host as unknown as Parameters<typeof registerNotices>[0], runs as unknown as Runs);
  for (const run of [running(1), running(1, 2), running(1, 2)]) tell(run);
  await expect.poll(() => editor.messages.length).toBe(1);
  expect(editor.messages[0]).toMatchObject({kind: 'warning', text: 'digits-1, expert-0: jump 2'});
});

it('the webhook hears of alerts and of the end with its verdict, also where nobody wants notices', async () => {
  editor.settings.set('deme.notifications', 'none');
  editor.settings.set('deme.webhook', 'https://hook.test/');
  const told: unknown[] = [];
  vi.stubGlobal('fetch', (_: URL, {body}: {body: string}) => {
    told.push(JSON.parse(body));
    return Promise.resolve(new Response());
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  let tell: (changed: Run) => void = () => undefined;
  const running = knownRun({state: knownState('running')});
  const runs = {
    all: () => [running],
    onDidChange: (act: (changed: Run) => void) => {
      tell = act;
      return {dispose: () => undefined};
    },
  };
  const log = {info: () => undefined, warn: () => undefined};
  registerNotices({log} as unknown as Parameters<typeof registerNotices>[0], runs as unknown as Runs);
  tell({...running, progress: {...running.progress, alerts: [{time: 1, text: 'expert-0: the loss jumps'}]}});
  await expect.poll(() => told.length).toBe(1);
  tell(knownRun({state: knownState('done', 1), report: knownReport(0.02, 0.02004)}));
  await expect.poll(() => told.length).toBe(2);
  expect(told).toEqual([
    {run: 'digits-1', kind: 'alert', text: 'digits-1, expert-0: the loss jumps'},
    {
      run: 'digits-1',
      kind: 'done',
      text: 'digits-1 is done. Merged is worse than the base by 0.20 % (4.0 standard errors).',
    },
  ]);
  expect(editor.messages).toEqual([]);
});
