import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {compareScope, experimentScope} from '../../../extension/panel/panelScope.ts';
import type {PanelActions} from '../../../extension/panel/panelRequests.ts';
import {PanelSession} from '../../../extension/panel/panelSession.ts';
import {binLength} from '../../../trainer/contract/run/curveBins.ts';
import type {
  CurveChange,
  HostMessage,
  PageMessage,
  PanelRequest,
  Watch,
} from '../../../trainer/contract/panel/panel.ts';
import {fromRunList} from '../../../trainer/contract/panel/runList.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {fakeRun, fakeStep, type FakeRun} from '../../helpers/runs/fakeRunFolder.ts';

/** Other tests may keep the machine busy. */
const patient = {timeout: 20_000};

interface Opened {
  readonly run: FakeRun;
  readonly posted: HostMessage[];
  readonly session: PanelSession;
  send(message: PageMessage): Promise<void>;
  of<T extends HostMessage['type']>(type: T): Extract<HostMessage, {type: T}>[];
  /** All changes of curves, in the order in which they were posted. */
  changes(): CurveChange[];
}

const watchAll = (run: string, points = 1000): Watch => ({
  curves: {runs: [run], range: null, points, logarithmic: false},
  heatMaps: null,
  system: null,
});

async function open(updates = 30): Promise<Opened> {
  const run = await fakeRun(await temporaryFolder(), {updates});
  const posted: HostMessage[] = [];
  const actions = {isTrusted: () => false} as unknown as PanelActions;
  const runs = {all: () => [run.run], get: (path: string) => (path === run.run.path ? run.run : undefined)};
  const page = {post: (message: HostMessage) => posted.push(message), source: (file: string) => `web:${file}`};
  const session = new PanelSession(experimentScope(runs, run.run.path, {all: () => []}), page, actions, run.run.path);
  onTestFinished(() => session.dispose());
  const of: Opened['of'] = (type) =>
    posted.filter((message): message is Extract<HostMessage, {type: typeof type}> => message.type === type);
  return {
    run,
    posted,
    session,
    of,
    changes: () => of('curves').flatMap(({curves}) => curves),
    send: async (message) => {
      session.receive(message);
      await session.idle();
    },
  };
}

describe('a panel session', () => {
  it('answers a page that is ready with a snapshot', async () => {
    const {send, of, run} = await open();
    await send({type: 'ready'});
    const [snapshot] = of('snapshot');
    expect(snapshot).toMatchObject({scope: 'experiment', title: 'digits', selected: run.run.path, trusted: false});
    const [shown] = fromRunList(snapshot?.list ?? {settings: {}, runs: []});
    expect(shown?.ranges).toEqual([
      [0, 250],
      [250, 500],
      [500, 750],
      [750, 1000],
    ]);
    expect(shown?.images[0]?.source).toMatch(/^web:.*evaluations\/base\/samples\.png\?\d+$/);
    expect(shown?.settings['decouple.updates']).toBe('600');
  });

  it('sends stages and images only of runs that the page shows or compares', async () => {
    const {of, posted, run, session} = await open();
    const others = ['a', 'b', 'c'].map((name) => ({...run.run, path: `${run.run.path}-${name}`}));
    const all = [...others, run.run];
    const [first = run.run, second = run.run] = others;
    const scope = compareScope({all: () => all, get: (path) => all.find((one) => one.path === path)}, {all: () => []});
    const page = {post: (message: HostMessage) => posted.push(message), source: String};
    const comparing = new PanelSession(scope, page, {isTrusted: () => true} as unknown as PanelActions, null);
    onTestFinished(() => comparing.dispose());
    session.dispose();
    comparing.receive({type: 'ready'});
    await comparing.idle();
    const stages = run.run.progress.stages.size;
    expect(stages).toBeGreaterThan(4);
    expect(of('snapshot')[0]?.list.runs.map((each) => each.stages.length)).toEqual([0, 0, 0, stages]);

    comparing.receive({type: 'selected', run: first.path});
    await comparing.idle();
    comparing.receive({type: 'watch', watch: watchAll(second.path)});
    await comparing.idle();
    const whole = new Set(of('run').flatMap((each) => (each.run.stages.length === stages ? [each.run.path] : [])));
    expect(whole).toEqual(new Set([first.path, second.path]));
    // What it was sent once it keeps.
    comparing.receive({type: 'ready'});
    await comparing.idle();
    expect(
      of('snapshot')
        .at(-1)
        ?.list.runs.map((each) => each.stages.length),
    ).toEqual([stages, stages, 0, stages]);
  });

  it('sends a watched curve once, and then only its end', async () => {
    const {send, changes, run, session} = await open();
    await send({type: 'ready'});
    await send({type: 'watch', watch: watchAll(run.run.path)});
    expect(changes().map(({stage, at, bins}) => [stage, at, bins.length / binLength])).toEqual(
      [0, 1, 2, 3].map((i) => [`expert-${i}`, 0, 30]),
    );
    run.emit(fakeStep('expert-2', 31));
    session.runChanged(run.run.path);
    await vi.waitFor(() => expect(changes()).toHaveLength(5), patient);
    expect(changes().at(-1)).toMatchObject({stage: 'expert-2', at: 30, steps: 31});
    expect(changes().at(-1)?.bins).toHaveLength(binLength);
  });

  it('sends a page that was made anew all that it watches, as the one before it did', async () => {
    const {send, changes, run} = await open();
    for (const _ of [1, 2]) {
      await send({type: 'ready'});
      await send({type: 'watch', watch: watchAll(run.run.path)});
    }
    const experts = [0, 1, 2, 3].map((i) => [`expert-${i}`, 0, 30]);
    expect(changes().map(({stage, at, bins}) => [stage, at, bins.length / binLength])).toEqual([
      ...experts,
      ...experts,
    ]);
  });

  it('replaces what a resumed training tells again', async () => {
    const {send, changes, run, session} = await open();
    await send({type: 'ready'});
    await send({type: 'watch', watch: watchAll(run.run.path)});
    run.emit(fakeStep('expert-0', 21));
    session.runChanged(run.run.path);
    await vi.waitFor(() => expect(changes()).toHaveLength(5), patient);
    expect(changes().at(-1)).toMatchObject({at: 20, steps: 21});
  });

  it('pushes at most four times a second, and nothing while it is hidden', async () => {
    const {send, of, run, session} = await open();
    await send({type: 'ready'});
    session.setVisible(false);
    session.runChanged(run.run.path);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(of('run')).toHaveLength(0);
    session.setVisible(true);
    for (const end = Date.now() + 1000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 5))) {
      session.runChanged(run.run.path);
    }
    expect(of('run').length).toBeGreaterThan(1);
    expect(of('run').length).toBeLessThanOrEqual(5);
  });

  it('pushes although the clock was set back an hour', async () => {
    const {send, of, run, session} = await open();
    await send({type: 'ready'});
    session.runChanged(run.run.path);
    await vi.waitFor(() => expect(of('run')).toHaveLength(1), patient);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
    onTestFinished(() => void vi.restoreAllMocks());
    session.runChanged(run.run.path);
    await vi.waitFor(() => expect(of('run')).toHaveLength(2), patient);
  });

  it('reads no run but those it shows, and runs nothing without trust', async () => {
    const {send, of, changes, posted} = await open();
    await send({type: 'ready'});
    await send({type: 'watch', watch: watchAll('/etc')});
    expect(changes()).toEqual([]);
    const merge: PanelRequest = {kind: 'merge', run: '/etc', weights: [1]};
    await send({type: 'request', id: 7, request: {kind: 'details', run: '/etc'}});
    await send({type: 'request', id: 8, request: merge});
    await vi.waitFor(() => expect(of('refused')).toHaveLength(2), patient);
    expect(of('refused').map(({id, error}) => [id, error.code])).toEqual([
      [7, 'run-missing'],
      [8, 'untrusted'],
    ]);
    expect(posted.filter(({type}) => type === 'error')).toEqual([]);
  });

  it('tells that a message was not understood, and goes on', async () => {
    const {send, of, session} = await open();
    session.receive({type: 'format-disk'});
    session.receive(null);
    expect(of('error').map(({error}) => error.code)).toEqual(['message-invalid', 'message-invalid']);
    await send({type: 'ready'});
    expect(of('snapshot')).toHaveLength(1);
  });

  it('answers a request that it does not understand', async () => {
    const {of, session} = await open();
    session.receive({type: 'request', id: 9, request: {kind: 'notes', run: '/r', tags: ['x'.repeat(61)], note: ''}});
    session.receive({type: 'request', id: 10});
    expect(of('refused').map(({id, error}) => [id, error.code])).toEqual([
      [9, 'message-invalid'],
      [10, 'message-invalid'],
    ]);
    expect(of('error')).toEqual([]);
  });
});
