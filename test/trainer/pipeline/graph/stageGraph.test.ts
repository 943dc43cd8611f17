import {describe, expect, it} from 'vitest';
import {runStageGraph, type GraphHooks} from '../../../../trainer/pipeline/graph/stageGraph.ts';
import type {StageNode} from '../../../../trainer/pipeline/graph/stagePlan.ts';

function stage(name: string, ...needs: string[]): StageNode {
  return {name, needs};
}

/** Stages that end when the test says so. */
class Stages implements GraphHooks<StageNode> {
  readonly started: string[] = [];
  /** Largest number that ran at once. */
  peak = 0;
  open = true;
  readonly #running = new Map<string, {end(outcome: 'done' | 'stopped'): void; fail(error: Error): void}>();

  run({name}: StageNode): Promise<'done' | 'stopped'> {
    this.started.push(name);
    return new Promise((end, fail) => {
      this.#running.set(name, {end, fail});
      this.peak = Math.max(this.peak, this.#running.size);
    });
  }

  mayStart(): boolean {
    return this.open;
  }

  get running(): string[] {
    return [...this.#running.keys()];
  }

  async end(name: string, outcome: 'done' | 'stopped' | Error = 'done'): Promise<void> {
    const stage = this.#running.get(name);
    if (stage === undefined) throw new Error(`${name} does not run`);
    this.#running.delete(name);
    if (outcome instanceof Error) stage.fail(outcome);
    else stage.end(outcome);
    await settle();
  }
}

/** Lets all that is ready happen. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function start(stages: readonly StageNode[], parallel = 10, finished: readonly string[] = []) {
  const hooks = new Stages();
  let ended = false;
  const outcome = runStageGraph(stages, new Set(finished), parallel, hooks).finally(() => (ended = true));
  outcome.catch(() => undefined);
  await settle();
  return {hooks, outcome, ended: () => ended};
}

const diamond = [stage('a'), stage('b', 'a'), stage('c', 'a'), stage('d', 'b', 'c')];

describe('the graph of stages', () => {
  it('starts a stage when all that it needs is done', async () => {
    const {hooks, outcome} = await start(diamond);
    expect(hooks.running).toEqual(['a']);
    await hooks.end('a');
    expect(hooks.running).toEqual(['b', 'c']);
    await hooks.end('c');
    expect(hooks.running).toEqual(['b']);
    await hooks.end('b');
    expect(hooks.running).toEqual(['d']);
    await hooks.end('d');
    expect(await outcome).toBe('done');
    expect(hooks.started).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each([1, 2, 3])('runs %i at once and no more, in the order given', async (parallel) => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const {hooks, outcome} = await start(
      names.map((name) => stage(name)),
      parallel,
    );
    for (const name of names) {
      expect(hooks.running.length).toBe(Math.min(parallel, names.length - names.indexOf(name)));
      await hooks.end(name);
    }
    expect(await outcome).toBe('done');
    expect(hooks.peak).toBe(parallel);
    expect(hooks.started).toEqual(names);
  });

  it('fills a free place with a stage that became ready, before later ones', async () => {
    const {hooks} = await start([stage('a'), stage('b'), stage('after-a', 'a'), stage('c')], 2);
    await hooks.end('a');
    expect(hooks.started).toEqual(['a', 'b', 'after-a']);
  });

  it('does not repeat what is finished', async () => {
    const {hooks, outcome} = await start(diamond, 10, ['a', 'c']);
    await hooks.end('b');
    await hooks.end('d');
    expect(await outcome).toBe('done');
    expect(hooks.started).toEqual(['b', 'd']);
  });

  it('has nothing to do where all is finished, or nothing planned', async () => {
    expect(await (await start(diamond, 1, ['a', 'b', 'c', 'd'])).outcome).toBe('done');
    expect(await (await start([])).outcome).toBe('done');
  });

  it('starts nothing after a failure, waits for what runs, and gives the first error', async () => {
    const {hooks, outcome, ended} = await start([stage('a'), stage('b'), stage('c'), stage('after-b', 'b')], 2);
    await hooks.end('a', new Error('first'));
    expect(hooks.started).toEqual(['a', 'b']);
    expect(ended()).toBe(false);
    await hooks.end('b', new Error('second'));
    await expect(outcome).rejects.toThrow('first');
    expect(hooks.started).toEqual(['a', 'b']);
  });

  it('waits for running stages that end well after a failure, and still fails', async () => {
    const {hooks, outcome} = await start([stage('a'), stage('b'), stage('after-b', 'b')]);
    await hooks.end('a', new Error('broken'));
    await hooks.end('b');
    await expect(outcome).rejects.toThrow('broken');
    expect(hooks.started).toEqual(['a', 'b']);
  });

  it('starts nothing after a stage was stopped, and lets the others end', async () => {
    const {hooks, outcome, ended} = await start([stage('a'), stage('b'), stage('c'), stage('after-b', 'b')], 2);
    await hooks.end('a', 'stopped');
    expect(ended()).toBe(false);
    await hooks.end('b');
    expect(await outcome).toBe('stopped');
    expect(hooks.started).toEqual(['a', 'b']);
  });

  it('is stopped where nothing may start any more', async () => {
    const {hooks, outcome} = await start(diamond);
    hooks.open = false;
    await hooks.end('a');
    expect(await outcome).toBe('stopped');
    expect(hooks.started).toEqual(['a']);
  });

  it('is done where the stop came too late to leave anything out', async () => {
    const {hooks, outcome} = await start([stage('a')]);
    hooks.open = false;
    await hooks.end('a');
    expect(await outcome).toBe('done');
  });
});
