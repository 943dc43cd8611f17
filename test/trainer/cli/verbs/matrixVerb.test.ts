import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {MatrixResult} from '../../../../trainer/contract/matrix/matrixResult.ts';
import {killTree} from '../../../../trainer/launch/killTree.ts';
import {readJson} from '../../../../trainer/store/files/jsonFile.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {keepTable} from '../../../helpers/measurements/keepTable.ts';
import {itLong} from '../../../helpers/longTests.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

const technique = {choices: {all: {}, plain: {'decouple.consistency': 0, 'decouple.projection': 'off'}}};
const repeat = {setting: 'decouple.seed', values: [0, 1]};

/** An experiment with a matrix, and what lies where once it has run. */
async function experiment(matrix: object, changes: object = {}) {
  const folder = await temporaryFolder();
  const merge = {weights: [1, 1]};
  const config = await writeTinyExperiment(folder, {merge, matrix, ...changes});
  const out = join(folder, 'tiny-matrix');
  return {
    config,
    out,
    table: () => readJson(join(out, 'matrix.json'), MatrixResult, 'the table'),
    page: () => readFile(join(out, 'matrix.md'), 'utf8'),
    runs: async () => (await readdir(join(folder, '.deme', 'runs'))).filter((name) => !name.startsWith('.')),
  };
}

const begunIn = (output: string) => output.split('Run folder').length - 1;

describe('deme matrix', {timeout: 600_000}, () => {
  useCpuBackend();

  it('runs each combination, does once what several share, and makes a table of means', async () => {
    const columns = {
      technique,
      weights: {
        setting: 'merge.weights',
        values: [
          [1, 1],
          [0, 0],
        ],
      },
    };
    const {config, out, table, page, runs} = await experiment({columns, repeat});
    const seen: MatrixResult[] = [];
    const {code, stdout, stderr} = await deme(['matrix', config], {
      onStart: (child) => {
        // What someone who watches the file finds while a run works.
        child.stdout.on('data', (chunk: Buffer) => {
          if (!/Run [28] of 8/.test(chunk.toString())) return;
          setTimeout(() => void table().then((now) => seen.push(now)), 400);
        });
      },
    });
    expect(code, stderr).toBe(0);
    await keepTable('matrix', join(out, 'matrix.json'));
    for (const {planned, rows, running = []} of seen) {
      const ended = rows.flatMap((row) => row.runs).length;
      expect(planned).toHaveLength(8);
      expect(running.length).toBeLessThan(2);
      for (const run of running) expect(run).toMatchObject(planned?.[ended] ?? {});
    }
    expect(stdout).toContain('Run 8 of 8: technique = plain, weights = [0,0], repetition 1');
    const {rows, trainings, repeats} = await table();
    expect(repeats).toBe(2);
    expect(rows.map(({labels}) => labels)).toEqual([
      {technique: 'all', weights: '[1,1]'},
      {technique: 'all', weights: '[0,0]'},
      {technique: 'plain', weights: '[1,1]'},
      {technique: 'plain', weights: '[0,0]'},
    ]);
    // Two experts for each technique and seed; the weights change no training.
    expect(trainings).toEqual({done: 8, takenOver: 8});
    expect(await runs()).toHaveLength(8);
    const difference = (row: number) =>
      rows[row]?.scores.find(({score, model}) => score.includes('difference') && model === 'merged');
    expect(difference(0)?.values).toHaveLength(2);
    expect(difference(0)?.mean).not.toBe(0);
    expect(difference(1)).toMatchObject({mean: 0, standardError: 0, values: [0, 0]}); // the base itself
    expect(await page()).toMatch(/\| all +\| \[1,1\] +\|.*±/);

    const before = await page();
    expect((await deme(['matrix', config])).code).toBe(0);
    expect(await runs()).toHaveLength(8);
    expect(await page()).toBe(before);
  });

  it('makes two runs at once, stops both when it is interrupted, and goes on to the table of runs in turn', async () => {
    // The second has nothing of the first, and the third takes over the experts of the second.
    const other = {'decouple.seed': 1, 'evaluate.heldOut.images': 5};
    const columns = {cell: {choices: {one: {}, other, weighted: {...other, 'merge.weights': [0, 1]}}}};
    const decouple = {ranges: 2, updates: 60, batch: 4, logEvery: 20, bucketEvery: 20, checkpointEvery: 20};
    const atOnce = await experiment({columns}, {decouple});
    const stopped = await deme(['matrix', atOnce.config, '--parallel', '2'], {
      onStart: (child) => {
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => {
          const before = begunIn(output);
          output += chunk.toString();
          if (before < 2 && begunIn(output) === 2) child.kill('SIGINT');
        });
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toMatch(/^\[2\] Run folder: .*tiny/m);
    expect(stopped.stdout).toContain('Stopped at a checkpoint. The same command goes on from there.');
    expect((await atOnce.table()).running?.map(({labels}) => labels)).toEqual([{cell: 'one'}, {cell: 'other'}]);
    expect((await deme(['matrix', atOnce.config, '--parallel', '2'])).code).toBe(0);
    expect(await atOnce.runs()).toHaveLength(3);

    const inTurn = await experiment({columns}, {decouple});
    expect((await deme(['matrix', inTurn.config])).code).toBe(0);
    const [table, expected] = [await atOnce.table(), await inTurn.table()];
    expect(table.trainings).toEqual({done: 4, takenOver: 2});
    expect(table.running).toEqual([]);
    const scores = ({rows}: MatrixResult) => rows.map((row) => ({labels: row.labels, scores: row.scores}));
    expect(scores(table)).toEqual(scores(expected));
  });

  it('tells a wrong cell before any has begun, and a config without a matrix', async () => {
    const {config} = await experiment({columns: {batch: {setting: 'decouple.batch', values: [4, 0]}}});
    for (const verb of ['matrix', 'validate']) {
      const wrong = await deme([verb, config]);
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toContain('With batch = 0: decouple.batch is 0; expected a whole number of at least 1');
    }
    const none = await deme(['matrix', await writeTinyExperiment(await temporaryFolder())]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('The config has no matrix.');
  });

  it('goes on with the other cells where one fails', async () => {
    // So high a rate that the losses are not finite.
    const rate = {setting: 'decouple.optimizer.learningRate', values: [1e30, 1e-4]};
    const {config, table} = await experiment({columns: {rate}});
    const {code, stdout} = await deme(['matrix', config]);
    expect(code).toBe(1);
    expect(stdout).toContain('1 of 2 runs failed');
    const {rows} = await table();
    expect(rows[0]?.runs[0]?.error?.message).toContain('not a finite number');
    expect(rows[0]?.scores).toEqual([]);
    expect(rows[1]?.runs[0]?.error).toBeNull();
    expect(rows[1]?.scores.length).toBeGreaterThan(0);
  });

  itLong('of 16 runs survives a kill, and goes on to the table of one that was not disturbed', async () => {
    const columns = {
      technique,
      p: {setting: 'decouple.probability', values: [0, 0.3]},
      weights: {
        setting: 'merge.weights',
        values: [
          [1, 1],
          [0.5, 0.5],
        ],
      },
    };
    const whole = await experiment({columns, repeat});
    expect((await deme(['matrix', whole.config])).code).toBe(0);
    const expected = await whole.table();
    // 2 techniques x 2 p x 2 seeds x 2 experts are distinct.
    expect(expected.trainings).toEqual({done: 16, takenOver: 16});

    const parted = await experiment({columns, repeat});
    await deme(['matrix', parted.config], {
      onStart: (child) => {
        child.stdout.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes('Run 6 of 16')) setTimeout(() => void killTree(child.pid ?? 0), 1500);
        });
      },
    });
    expect((await deme(['matrix', parted.config])).code).toBe(0);
    const {rows, trainings} = await parted.table();
    expect(trainings).toEqual(expected.trainings);
    expect(await parted.runs()).toHaveLength(16);
    expect(rows.map(({scores}) => scores)).toEqual(expected.rows.map(({scores}) => scores));
  });
});
