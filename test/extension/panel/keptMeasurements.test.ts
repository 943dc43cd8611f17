import {mkdir, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {keptMeasurements} from '../../../extension/panel/keptMeasurements.ts';
import {measurementKinds} from '../../../trainer/contract/measurements/measurementKinds.ts';
import {bowlPlane} from '../../helpers/measurements/bowlPlane.ts';
import {fakeRun} from '../../helpers/runs/fakeRunFolder.ts';
import {goldenAnalysis, writeGoldenAnalysis} from '../../helpers/golden/goldenAnalysis.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {writeFolder} from '../../trainer/merge/tinyModels.ts';

const taskVectors = measurementKinds['task-vectors'];
const lossPlane = measurementKinds['loss-plane'];

describe('keptMeasurements', () => {
  it('finds no analysis, then the one that was made', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 0});
    expect(await keptMeasurements(run, taskVectors)).toEqual({kind: 'measured', results: [], problems: []});
    await writeGoldenAnalysis(run.path);
    expect((await keptMeasurements(run, taskVectors)).results).toEqual([
      {result: await goldenAnalysis(), isStale: false},
    ]);
  });

  it('sees that an expert was written after it', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 0});
    const expert = await writeFolder(join(run.path, 'models', 'expert-2'), {value: 1, record: {role: 'expert'}});
    await writeGoldenAnalysis(run.path);
    expect((await keptMeasurements(run, taskVectors)).results).toMatchObject([{isStale: false}]);
    const later = new Date(Date.now() + 60_000);
    await utimes(join(expert, 'unet', 'diffusion_pytorch_model.safetensors'), later, later);
    expect((await keptMeasurements(run, taskVectors)).results).toMatchObject([{isStale: true}]);
  });

  it.each([
    ['{', 'This is not valid JSON, so the task vectors cannot be read.'],
    ['{"format": 1}', 'Wrong content for the task vectors'],
  ])('says why it cannot read %s', async (text, problem) => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 0});
    await writeFile(join(run.path, 'taskVectors.json'), text);
    const {results, problems} = await keptMeasurements(run, taskVectors);
    expect(results).toEqual([]);
    expect(problems).toEqual([expect.stringContaining('taskVectors.json')]);
    expect(problems[0]).toContain(problem);
  });

  it('refuses an analysis whose lists do not have a value for each expert', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 0});
    const analysis = await goldenAnalysis();
    const broken = {...analysis, experts: analysis.experts.slice(1)};
    await writeFile(join(run.path, 'taskVectors.json'), JSON.stringify(broken));
    const {problems} = await keptMeasurements(run, taskVectors);
    expect(problems).toEqual([expect.stringContaining('not one value for each expert')]);
  });

  it('reads whole planes and those that are being measured, and nothing else', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 0});
    await mkdir(join(run.path, 'planes'));
    const write = (name: string, text: string) => writeFile(join(run.path, 'planes', name), text);
    await write('plane-0-1.json', JSON.stringify(bowlPlane([0, 1], 40)));
    await write('plane-1-2.json', JSON.stringify(bowlPlane([1, 2])));
    await write('plane-0-2.json', '{"format":1');
    await write('plane-0-3.json', JSON.stringify({...bowlPlane(), rows: 'all'}));
    await write('plane-0-1.json.lock', '{}');
    await write('notes.json', '{}');
    const {results, problems} = await keptMeasurements(run, lossPlane);
    expect(results).toMatchObject([{result: {experts: [0, 1], done: 40}}, {result: {experts: [1, 2], done: 457}}]);
    expect(problems).toHaveLength(2);
  });
});
