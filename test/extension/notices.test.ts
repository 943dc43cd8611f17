import {beforeEach, expect, it, onTestFinished, vi} from 'vitest';
import {registerNotices} from '../../extension/notices.ts';
import type {Run} from '../../extension/runs/run.ts';
import type {Runs} from '../../extension/runs/runs.ts';
import {editor} from '../helpers/editor/fakeVscode.ts';
import {knownReport, knownRun, knownState} from '../helpers/runs/knownRun.ts';

beforeEach(() => editor.reset());

/** What lets a run that was seen active change. */
function followed(first: Run): (changed: Run) => void {
  let tell: (changed: Run) => void = () => undefined;
  const runs = {
    all: () => [first],
    onDidChange: (act: (changed: Run) => void) => {
      tell = act;
      return {dispose: () => undefined};
    },
  };
  const host = {log: {info: () => undefined, warn: () => undefined}, openPanel: () => Promise.resolve()};
  registerNotices(host as unknown as Parameters<typeof registerNotices>[0], runs as unknown as Runs);
  return tell;
}

/** Lets a run that was seen active come to its end. */
async function end(run: Run): Promise<string[]> {
  followed(knownRun({state: knownState('running')}))(run);
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
  const alerts = (...times: number[]) => times.map((time) => ({time, text: `expert-0: jump ${time}`}));
  const running = (...times: number[]) => {
    const run = knownRun({state: knownState('running')});
    return {...run, progress: {...run.progress, alerts: alerts(...times)}};
  };
  // The second is of another job, whose log is read later.
  const later = [running(1), running(1, 3), running(1, 3), running(1, 3, 2), running(1, 3, 2, 4)];
  later.forEach(followed(running(1)));
  await expect.poll(() => editor.messages.length).toBe(3);
  const texts = [3, 2, 4].map((time) => `digits-1, expert-0: jump ${time}`);
  expect(editor.messages.map(({kind, text}) => `${kind}: ${text}`)).toEqual(texts.map((text) => `warning: ${text}`));
});

it('each silence of a process that exists is told once', async () => {
  const silent = (silentSeconds: number | null) => knownRun({state: knownState('running', 0.25), silentSeconds});
  [30, 40, null, 30].map(silent).forEach(followed(silent(null)));
  await expect.poll(() => editor.messages.length).toBe(2);
  const text = 'digits-1: running at 25 %, but its process has said nothing for 30 s.';
  expect(editor.messages.map((message) => message.text)).toEqual([text, text]);
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
  const running = knownRun({state: knownState('running')});
  const tell = followed(running);
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
