import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {openMetrics} from '../../../trainer/store/metrics/metricsFile.ts';
import {metricsPaths} from '../../../trainer/store/metrics/metricsPaths.ts';
import {readCurve, readHeatMap, readMilestones, readSteps} from '../../../trainer/store/metrics/metricsReader.ts';
import type {FuzzTarget} from '../target.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';

const stage = 'expert-0';
const row = (length: number, first: number) => Float64Array.from({length}, (_, i) => (i === 0 ? first : i / 7));
const bytesOf = (rows: readonly Float64Array[]) =>
  new Uint8Array(Buffer.concat(rows.map(({buffer}) => new Uint8Array(buffer))));

/** The files that hold the metrics of a run; the first byte of an input says which of them is hostile. */
const names = [
  (folder: string) => metricsPaths.position(folder),
  (folder: string) => metricsPaths.milestones(folder),
  (folder: string) => metricsPaths.curve(folder, stage)(0),
  (folder: string) => metricsPaths.curve(folder, stage)(1),
  (folder: string) => metricsPaths.heat(folder, stage)(0),
  (folder: string) => metricsPaths.heat(folder, stage)(1),
];

export const metrics: FuzzTarget = {
  name: 'metrics',
  seeds: async () =>
    names.flatMap((_, which) =>
      [7, 9].map((length) => Uint8Array.of(which, ...bytesOf([1, 2, 3, 4, 5].map((first) => row(length, first))))),
    ),
  tokens: [
    '\x00\x00\x00\x00\x00\x00\xf0\x7f',
    '\x00\x00\x00\x00\x00\x00\xf8\x7f',
    '\x00\x00\x00\x00\x00\x00\xf0\xbf',
    '\x00\x00\x00\x00\x00\x00\xe0\x41',
    '{"type":"stopped","time":1,"stage":"a"}\n',
    '\n',
    '\x00',
  ],
  async parse(bytes, folder) {
    const which = (bytes[0] ?? 0) % names.length;
    for (const [i, name] of names.entries()) {
      const path = name(runPaths.metrics(folder));
      await mkdir(dirname(path), {recursive: true});
      if (i === which) await writeFile(path, bytes.subarray(1));
    }
    await writeFile(join(folder, 'events.jsonl'), '{"type":"stopped","time":1,"stage":"a"}\n');
    await readCurve(folder, stage, {from: 1, to: 3, points: 10, logarithmic: true});
    await readHeatMap(folder, stage, 10);
    await readSteps(folder, stage);
    await readMilestones(folder);
    (await openMetrics(folder)).close();
  },
};
