import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {MatrixResult} from '../../../../trainer/contract/matrix/matrixResult.ts';
import {readJson} from '../../../../trainer/store/files/jsonFile.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {keepTable} from '../../../helpers/measurements/keepTable.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {tinyUnetConfig, writeRandomBase, writeTinyExperiment} from '../../../helpers/runs/tinyExperiment.ts';

const sampling = {steps: 2, batch: 8};
const race = {first: 4, samples: 8, reference: 8};
const changes = {
  base: 'digits',
  data: {kind: 'mnist', validation: 16, test: 32},
  baselines: {p2: {lossWeighting: {kind: 'p2'}}},
  merge: {search: {budget: 5, images: 4, timesteps: 1, race, test: {samples: 8, seeds: [7, 8]}, objective: 'frechet'}},
  evaluate: {heldOut: {images: 4, timesteps: 1}, sampling, grid: 8, features: 'digits'},
};

async function writeExperiment(folder: string): Promise<string> {
  await writeRandomBase(join(folder, 'digits'), {...tinyUnetConfig, sample_size: 28});
  return writeTinyExperiment(folder, changes);
}

describe('deme study', {timeout: 600_000}, () => {
  useCpuBackend();

  it('merges by each search, trains once, and concludes', async () => {
    const folder = await temporaryFolder();
    const config = await writeExperiment(folder);
    const {code, stdout, stderr} = await deme(['study', config, '--samples', '8', '--seeds', '4,5,6']);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('Run 9 of 9: merged = by both, repetition 6');
    const file = join(folder, 'tiny-study', 'study.json');
    const {rows, repeats, trainings, verdicts, planned, running, output} = await readJson(
      file,
      MatrixResult,
      'the study',
    );
    await keepTable('study', file);
    expect({planned: planned?.length, running, output}).toEqual({planned: 9, running: [], output: '../.deme/runs'});
    expect(repeats).toBe(3);
    expect(rows.map(({labels}) => labels['merged'])).toEqual(['by held-out loss', 'by Fréchet distance', 'by both']);
    // Two experts, the ordinary finetune and a baseline, shared by all nine runs.
    expect(trainings).toEqual({done: 4, takenOver: 32});
    const distance = (model: string) =>
      rows.map(({scores}) => scores.find((each) => each.model === model && each.score.startsWith('Fréchet'))?.values);
    // The base has the same images whatever the search, and others with another seed.
    const [first, ...rest] = distance('base');
    expect(rest).toEqual([first, first]);
    expect(new Set(first).size).toBe(3);
    expect(distance('baseline-p2').every((values) => values?.length === 3)).toBe(true);
    const conclusions = verdicts?.filter((verdict) => verdict.includes('by more than 3 standard errors'));
    expect(conclusions?.map((verdict) => verdict.split(':')[0])).toEqual(['held-out loss', 'Fréchet distance']);
    const page = await readFile(join(folder, 'tiny-study', 'study.md'), 'utf8');
    const pictures = [...page.matchAll(/!\[[^\]]+\]\((.*)\)/g)].map(([, file = '']) => file);
    expect(pictures).toEqual([
      'study-held-out-loss.svg',
      'study-frechet-distance.svg',
      'study-images-by-held-out-loss.png',
      'study-images-by-frechet-distance.png',
      'study-images-by-both.png',
    ]);
    for (const file of pictures) expect((await readFile(join(folder, 'tiny-study', file))).length).toBeGreaterThan(100);
    for (const verdict of verdicts ?? []) expect(page).toContain(`- ${verdict}\n`);
  });

  it('says what it would run, and what a config lacks', async () => {
    const config = await writeExperiment(await temporaryFolder());
    const {stdout} = await deme(['study', config, '--dry-run']);
    expect(stdout).toContain('9 runs:');
    const none = await deme(['study', await writeTinyExperiment(await temporaryFolder())]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('It compares no images.');
    expect((await deme(['study', config, '--seeds', '1,2'])).code).toBe(2);
    expect((await deme(['study', config, '--samples', '1'])).code).toBe(2);
  });
});
