import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {MatrixResult} from '../../trainer/contract/matrix/matrixResult.ts';
import {Report} from '../../trainer/contract/run/report.ts';
import {decodePng, encodePng} from '../../trainer/data/pictures/png.ts';
import {matrixScores} from '../../trainer/pipeline/matrix/matrixScores.ts';
import {studyVerdicts} from '../../trainer/pipeline/matrix/studyVerdicts.ts';
import {createRandom} from '../../trainer/random.ts';
import {readJson, writeJsonAtomic} from '../../trainer/store/files/jsonFile.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {writeShownRun} from './shownRun.ts';

const searches = ['by held-out loss', 'by Fréchet distance', 'by both'] as const;
const seeds = ['200', '201', '202'];
const full = fileURLToPath(new URL('../../media/digits/full-report', import.meta.url));
const picture = 'differing-base-merged.png';

/** Fréchet distances and losses of the digits in a study, as `media/docs/effect.md` has them; a merged one for each search. */
const distances = {base: 28.8, ordinary: 26.6, 'baseline-min-snr': 26.9, 'baseline-p2': 27.4, ensemble: 27.9};
const merged = [
  {distance: 29.6, loss: -0.0038},
  {distance: 26.6, loss: -0.0012},
  {distance: 26.9, loss: -0.0031},
];
const losses = {ordinary: -0.0065, 'baseline-min-snr': -0.0058, 'baseline-p2': -0.0041, ensemble: -0.0053};

/** Writes a finished study of `digits.deme.yaml` with its nine runs into a project; returns its file. */
export async function writeShownStudy(folder: string): Promise<string> {
  const out = join(folder, 'digits-study');
  await mkdir(out, {recursive: true});
  const rows: MatrixResult['rows'] = [];
  for (const [search, label] of searches.entries()) {
    const runs: string[] = [];
    for (const seed of seeds.keys()) {
      const path = await writeShownRun(folder, {
        name: 'digits',
        config: 'digits.deme.yaml',
        hours: 24 + 3 * search + seed,
        isBare: true,
        report: (report) => reportOf(report, search, seed),
      });
      if (seed === 0) await writeFile(join(runPaths.report(path), picture), await differingRow(search));
      runs.push(path);
    }
    const reports = await Promise.all(runs.map((path) => readJson(runPaths.reportRecord(path), Report, 'a report')));
    rows.push({
      labels: {merged: label},
      runs: runs.map((path, i) => ({repeat: seeds[i] ?? null, run: basename(path), error: null})),
      scores: matrixScores(reports),
    });
  }
  const planned = searches.flatMap((label) => seeds.map((repeat) => ({labels: {merged: label}, repeat})));
  const about = {format: 1 as const, name: 'digits', config: 'digits.deme.yaml', columns: ['merged'], repeats: 3};
  const trainings = {done: 8, takenOver: 64};
  const result = {
    ...about,
    output: '../.deme/runs',
    planned,
    running: [],
    rows,
    verdicts: studyVerdicts(rows),
    trainings,
  };
  const file = join(out, 'study.json');
  await writeJsonAtomic(file, result);
  return file;
}

/** Rows of images of the base, and below them those of the merged model; another row for each search. */
async function differingRow(row: number): Promise<Uint8Array> {
  const pictures = await Promise.all(
    ['base', 'merged'].map(async (model) => decodePng(await readFile(join(full, `samples-${model}.png`)))),
  );
  const [{width, channels} = {width: 0, channels: 1}] = pictures;
  // Digits of 28 pixels with 2 between them.
  const [from, to] = [30 * row, 30 * row + 28];
  const rows = pictures.map(({pixels}) => pixels.slice(from * width * channels, to * width * channels));
  const between = new Uint8Array(2 * width * channels).fill(255);
  const [above = between, below = between] = rows;
  return encodePng(Uint8Array.from([...above, ...between, ...below]), width, 2 * 28 + 2, channels);
}

function reportOf(report: Report, search: number, seed: number): Report {
  const base = report.heldOut['base'];
  if (base === undefined) throw new Error('the report has no base');
  const noise = createRandom(3, seed).normal() * 0.35;
  const own = merged[search] ?? {distance: 0, loss: 0};
  const heldOut = (share: number) => ({
    ...base,
    mean: base.mean * (1 + share),
    differenceToBase: {mean: base.mean * share, standardError: base.mean * 0.0003},
  });
  const far = (model: string, distance: number) =>
    distance + noise + 0.08 * createRandom(4, model === 'merged' ? `${model}${search}` : model, seed).normal();
  const all = {...distances, merged: own.distance};
  const ratio = (share: number) => ({mean: base.mean * (own.loss - share), standardError: base.mean * 0.00035});
  return {
    ...report,
    heldOut: {
      base: {...base, differenceToBase: {mean: 0, standardError: 0}},
      ...Object.fromEntries(Object.entries(losses).map(([model, share]) => [model, heldOut(share)])),
      merged: heldOut(own.loss),
    },
    mergedToOrdinary: ratio(losses.ordinary),
    mergedToBaselines: {
      'baseline-min-snr': ratio(losses['baseline-min-snr']),
      'baseline-p2': ratio(losses['baseline-p2']),
    },
    frechet: Object.fromEntries(Object.entries(all).map(([model, distance]) => [model, far(model, distance)])),
    kid: Object.fromEntries(
      Object.entries(all).map(([model, distance]) => [
        model,
        {mean: far(model, distance) / 9 - 2.4, standardError: 0.02},
      ]),
    ),
    differing: [
      {
        models: ['base', 'merged'],
        network: 'digits',
        compared: 64,
        images: [7, 12, 30, 41].map((index) => ({index, distance: 9 - index / 10})),
        picture,
      },
    ],
  };
}
