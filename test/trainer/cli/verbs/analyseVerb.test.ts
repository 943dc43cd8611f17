import {readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {TaskAnalysis} from '../../../../trainer/contract/run/measured/taskAnalysis.ts';
import {taskAnalysisCsv} from '../../../../trainer/contract/run/measured/taskAnalysisCsv.ts';
import {analyseTasks} from '../../../../trainer/merge/analysis/analyseTasks.ts';
import {measurements} from '../../../../trainer/pipeline/measurements/registry.ts';
import {toolVersion} from '../../../../trainer/pipeline/owner/toolVersion.ts';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {makeRun} from '../../../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {textContaining} from '../../../helpers/textContaining.ts';
import {writeFolder} from '../../merge/tinyModels.ts';
import {golden} from '../../store/golden.ts';

const base = golden('merge/base.safetensors');
const experts = [0, 1].map((i) => golden(`merge/expert${i}.safetensors`));
const named = ['--base', base, ...experts.flatMap((expert) => ['--expert', expert])];

describe('deme analyse', () => {
  it('prints what the library finds, and writes it as CSV', async () => {
    const csv = join(await temporaryFolder(), 'tasks.csv');
    const analysis = await demeJson(TaskAnalysis, ['analyse', ...named, '--csv', csv]);
    const direct = await analyseTasks({base, experts: experts.map((path) => ({path})), tool: toolVersion()});
    expect(analysis).toEqual(direct);
    const text = await readFile(csv, 'utf8');
    expect(text).toBe(taskAnalysisCsv(direct));
    expect(text.split('\n')).toContain(`overall,,cosine,1,0,${direct.overall.cosines[1]?.[0]}`);
  });

  it('replaces its own CSV, but another file only if it is told to, and no input', async () => {
    const csv = join(await temporaryFolder(), 'tasks.csv');
    const call = (...more: string[]) => deme(['analyse', ...named, '--csv', csv, ...more]);
    await writeFile(csv, 'file_name,text\n1.png,mine\n');
    expect(await call()).toMatchObject({code: 2, stdout: '', stderr: textContaining('would be lost')});
    expect(await readFile(csv, 'utf8')).toBe('file_name,text\n1.png,mine\n');
    expect((await call('--overwrite')).code).toBe(0);
    expect((await call()).code).toBe(0);
    expect(await readFile(csv, 'utf8')).toMatch(measurements['task-vectors'].csvHeader);
    await rm(csv);
    await symlink(base, csv);
    expect(await call('--overwrite')).toMatchObject({code: 2, stderr: textContaining('would overwrite an input')});
  });

  it('says sizes and angles in words', async () => {
    const ranges = ['--range', '0,500', '--range', '500,1000'];
    const {code, stdout} = await deme(['analyse', ...named, ...ranges]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}expert 0, t 0 to 499 +7\.131 +\S+ % +expert0\.safetensors$/m);
    expect(stdout).toMatch(/^ {2}1 +-0\.0013$/m);
    expect(stdout).toMatch(/^ {2}projections +\S+ % +\S+ %$/m);
  });

  it('keeps the analysis of a run in its folder', async () => {
    const folder = await temporaryFolder();
    const run = await makeRun(folder);
    await writeFolder(join(folder, 'base'), {value: 1, record: {role: 'base'}});
    for (const i of [0, 1]) {
      const range: [number, number] = [500 * i, 500 * (i + 1)];
      await writeFolder(join(run, 'models', `expert-${i}`), {value: 2 + i, record: {role: 'expert', range}});
    }
    const analysis = await demeJson(TaskAnalysis, ['analyse', run]);
    expect(analysis.experts).toMatchObject([{range: [0, 500]}, {range: [500, 1000]}]);
    expect(JSON.parse(await readFile(join(run, 'taskVectors.json'), 'utf8'))).toEqual(analysis);
  });

  it.each([
    [[], 'Give a run, or --base and at least one --expert.'],
    [['--base', base], 'Give a run, or --base and at least one --expert.'],
    [[...named, '--range', '0,500'], 'as many ranges or none'],
    [['run', '--base', base], '--base cannot be given'],
    [['run'], 'There is no run run.'],
  ])('refuses %j', async (args, message) => {
    const {code, stderr} = await deme(['analyse', ...args], {cwd: await temporaryFolder()});
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('refuses a run whose experts are not there yet', async () => {
    const folder = await temporaryFolder();
    const run = await makeRun(folder);
    await writeFolder(join(folder, 'base'), {value: 1, record: {role: 'base'}});
    const {code, stderr} = await deme(['analyse', run]);
    expect(code).toBe(2);
    expect(stderr).toContain('There is no such model.');
  });
});

describe('taskAnalysisCsv', () => {
  it('quotes names that would break a line', () => {
    const statistics = {elements: 1, baseNorm: 0, norms: [2], relativeNorms: [null], cosines: [[]], agreement: [[]]};
    const overall = {...statistics, quantiles: [[1, 1, 1, 1, 1, 1, 1, 1, 1]]};
    const sha256 = 'a'.repeat(64);
    const tensors = [{name: 'a,"b', group: 'other', shape: [1], ...statistics}];
    const experts = [{name: 'e', sha256}];
    const csv = taskAnalysisCsv({
      format: 1,
      tool: 't',
      base: {name: 'b', sha256},
      experts,
      overall,
      groups: [],
      tensors,
      warnings: [],
    });
    expect(csv.split('\n').slice(-5)).toEqual([
      'tensor,"a,""b",elements,,,1',
      'tensor,"a,""b",base_norm,,,0',
      'tensor,"a,""b",norm,0,,2',
      'tensor,"a,""b",relative_norm,0,,',
      '',
    ]);
    expect(csv).toContain('overall,,quantile_0.25,0,,1\n');
  });
});
