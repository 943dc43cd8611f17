import {mkdir} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {Argument, InvalidArgumentError, type Command} from 'commander';
import type {EngineChoice} from '../../../contract/config/config.ts';
import {benchmarkNames, type BenchmarkName} from '../../../contract/benchmark/benchmarkPlan.ts';
import {benchmarkConfig} from '../../../pipeline/benchmark/benchmarkConfig.ts';
import {missingNeeds} from '../../../pipeline/benchmark/benchmarkNeeds.ts';
import {planBenchmark} from '../../../pipeline/benchmark/benchmarkPlan.ts';
import {writePrompts} from '../../../pipeline/benchmark/benchmarkPrompts.ts';
import {benchmarks} from '../../../pipeline/benchmark/benchmarks.ts';
import {writeFileAtomic} from '../../../store/files/atomicFile.ts';
import {action} from '../../action.ts';
import {engineOption} from '../../arguments.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import {printLines} from '../../terminal.ts';
import {runBenchmark} from './runBenchmark.ts';
import {planLines} from './planLines.ts';

interface BenchmarkOptions extends OutputOptions {
  engine?: EngineChoice;
  dir?: string;
  base?: string;
  data?: string;
  reference?: string;
  experts?: boolean;
  baselines?: boolean;
  keepImages?: boolean;
  keepTar?: boolean;
  scale: number;
  dryRun?: boolean;
}

/** `deme benchmark`. */
export function addBenchmarkVerb(deme: Command): void {
  const command = deme
    .command('benchmark')
    .description('run a benchmark of the paper, from its data to a table beside the published numbers')
    .addArgument(new Argument('[name]', 'which one; left out: list them').choices(benchmarkNames))
    .option('--dir <folder>', 'folder of its data, runs and results (benchmarks/NAME)')
    .option('--scale <share>', 'so much of all updates, images and candidates, to try the whole way', scale, 1)
    .option('--base <model>', 'model folder or owner/name in place of that of the benchmark')
    .option('--data <path>', 'images in place of those below --dir')
    .option('--reference <path>', 'images, or statistics (.npz), that those of the models are compared with')
    .option('--experts', 'also measure and draw each expert by itself, which is as much again')
    .option('--baselines', 'also finetune by the five loss weightings that the paper compares with')
    .option('--keep-images', 'keep all images in the run, as PNGs')
    .option('--keep-tar', 'keep them in a tar file of each model')
    .addOption(engineOption())
    .option('--dry-run', 'only say what it needs, does and takes');
  action(command, benchmark);
}

async function benchmark(name: BenchmarkName | undefined, options: BenchmarkOptions): Promise<ExitCode> {
  if (name === undefined) return listBenchmarks(options);
  const {
    dir = join('benchmarks', name),
    scale,
    base,
    data,
    reference,
    experts,
    baselines,
    keepImages,
    keepTar,
  } = options;
  const request = {name, folder: resolve(dir), scale, base, data, reference, experts, baselines, keepImages, keepTar};
  const derived = await benchmarkConfig(request);
  const plan = await planBenchmark(request, derived);
  const missing = missingNeeds(name, plan.needs);
  if (options.dryRun) {
    printResult(options, plan, planLines(plan));
    if (missing !== null && !options.json) throw missing;
    return missing === null ? 0 : 2;
  }
  if (!options.json) printLines(planLines(plan));
  await mkdir(request.folder, {recursive: true});
  await writeFileAtomic(derived.file, derived.text);
  if (missing !== null) throw missing;
  await writePrompts(name, request.folder);
  return runBenchmark(plan, options);
}

function listBenchmarks(options: OutputOptions): ExitCode {
  const list = benchmarkNames.map((name) => ({name, about: benchmarks[name].about}));
  printResult(
    options,
    list,
    list.map(({name, about}) => `${name.padEnd(16)} ${about}`),
  );
  return 0;
}

function scale(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Give a number above 0 and at most 1.');
}
