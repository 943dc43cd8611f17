import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import type {MatrixResult} from '../../../trainer/contract/matrix/matrixResult.ts';
import {Report} from '../../../trainer/contract/run/report.ts';
import type {Estimate} from '../../../trainer/contract/scores/estimate.ts';
import {decodePng, encodePng} from '../../../trainer/data/pictures/png.ts';
import {matrixScores} from '../../../trainer/pipeline/matrix/matrixScores.ts';
import {studyVerdicts} from '../../../trainer/pipeline/matrix/studyVerdicts.ts';
import {readJson, writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {writeShownRun} from '../runs/shownRun.ts';

const searches = ['by held-out loss', 'by Fréchet distance', 'by both'] as const;
const seeds = ['200', '201', '202'];
const full = join(packageRoot(), 'media', 'digits', 'full-report');
const picture = 'differing-base-merged.png';

/** A model in the study of the bundled digits, as `media/docs/effect.md` reports it; distances and KID with each seed. */
interface Measured {
  readonly frechet: readonly number[];
  readonly kid: readonly number[];
  /** Held-out loss minus that of the base, and its paired standard error. */
  readonly toBase: Estimate;
}

const estimate = (mean: number, standardError: number): Estimate => ({mean, standardError});

const models: Readonly<Record<string, Measured>> = {
  base: {frechet: [33.1, 32.86, 33.79], kid: [127.49, 117.34, 121.32], toBase: estimate(0, 0)},
  ordinary: {frechet: [30.92, 30.48, 31.59], kid: [134.61, 122.31, 129.47], toBase: estimate(-1.705e-4, 6.2e-6)},
  'baseline-min-snr': {
    frechet: [29.55, 29.09, 30.12],
    kid: [130.94, 117.76, 124.75],
    toBase: estimate(2.79e-4, 5.8e-5),
  },
  'baseline-p2': {frechet: [28.63, 28.23, 29.12], kid: [133.67, 119.78, 126.32], toBase: estimate(4.68e-4, 6.3e-5)},
  ensemble: {frechet: [32.17, 31.9, 32.85], kid: [126.93, 116.06, 120.72], toBase: estimate(-1.404e-4, 3.6e-6)},
};

/** By the held-out loss, by the Fréchet distance, and by both; and how far their loss is from that of others. */
const merged: readonly (Measured & {readonly toOrdinary: Estimate; readonly toBaselines: Record<string, Estimate>})[] =
  [
    {
      frechet: [35.94, 35.12, 36.55],
      kid: [116.09, 107.49, 116.66],
      toBase: estimate(-9.88e-5, 8.0e-6),
      toOrdinary: estimate(7.16e-5, 7.3e-6),
      toBaselines: {'baseline-min-snr': estimate(-3.78e-4, 6.0e-5), 'baseline-p2': estimate(-5.67e-4, 6.5e-5)},
    },
    {
      frechet: [30.34, 30.2, 31.08],
      kid: [114.05, 101.86, 107.32],
      toBase: estimate(3.0e-4, 1.5e-5),
      toOrdinary: estimate(4.71e-4, 1.8e-5),
      toBaselines: {'baseline-min-snr': estimate(2.1e-5, 5.0e-5), 'baseline-p2': estimate(-1.68e-4, 5.6e-5)},
    },
    {
      frechet: [30.45, 30.31, 31.2],
      kid: [119.82, 107.96, 113.05],
      toBase: estimate(2.03e-4, 1.2e-5),
      toOrdinary: estimate(3.73e-4, 1.6e-5),
      toBaselines: {'baseline-min-snr': estimate(-7.7e-5, 5.2e-5), 'baseline-p2': estimate(-2.65e-4, 5.7e-5)},
    },
  ];

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
  const {base} = report.heldOut;
  const own = merged[search];
  if (base === undefined || own === undefined) throw new Error('the report has no base, or the study no such search');
  const all = {...models, merged: own};
  const each = <T>(value: (measured: Measured) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(all).map(([model, measured]) => [model, value(measured)]));
  return {
    ...report,
    heldOut: each(({toBase}) => ({...base, mean: base.mean + toBase.mean, differenceToBase: toBase})),
    mergedToOrdinary: own.toOrdinary,
    mergedToBaselines: own.toBaselines,
    frechet: each(({frechet}) => frechet[seed] ?? NaN),
    kid: each(({kid}) => estimate(kid[seed] ?? NaN, 12)),
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
