import {Argument, InvalidArgumentError, type Command} from 'commander';
import {filterGradients} from '../../contract/config/config.ts';
import {BenchReport, type EngineBench} from '../../contract/engine/engineBench.ts';
import {EngineInfo, type EngineName} from '../../contract/engine/engineInfo.ts';
import {ErrorRecord} from '../../contract/errors.ts';
import {outputTail, runCommand} from '../../launch/runCommand.ts';
import {action} from '../action.ts';
import {benchLines} from '../view/benchTable.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';
import {warn} from '../terminal.ts';

interface BenchFlags extends OutputOptions {
  seconds: number;
  software?: boolean;
}

/** `deme engine bench`. */
export function addBenchVerb(engine: Command): void {
  const bench = engine
    .command('bench')
    .description('time convolutions and an update of a small UNet on the engines that are there')
    .addArgument(new Argument('[engine]', 'only this one').choices(EngineInfo.shape.name.options))
    .option('--seconds <number>', 'time for each measurement', positive, 2)
    .option('--software', 'also measure a WebGPU that is a program on the CPU, which takes minutes');
  action(bench, benchVerb);
}

async function benchVerb(name: EngineName | undefined, flags: BenchFlags): Promise<ExitCode> {
  const report = name === undefined ? await benchAll(flags) : {engines: [await benchOne(name, flags)], skipped: []};
  printResult(flags, report, benchLines(report));
  return 0;
}

/** One after the other, each in a process of its own: an engine that was loaded once keeps its memory and its threads. */
async function benchAll(flags: BenchFlags): Promise<BenchReport> {
  const report: BenchReport = {engines: [], skipped: []};
  for (const name of EngineInfo.shape.name.options) {
    warn(`measuring ${name} ...`);
    const outcome = await benchInChild(name, flags);
    if (typeof outcome === 'string') report.skipped.push({name, reason: outcome});
    else report.engines.push(...outcome.engines);
  }
  return report;
}

/** The measurements, or why there are none. */
async function benchInChild(name: EngineName, {seconds, software}: BenchFlags): Promise<BenchReport | string> {
  const verb = [process.argv[1] ?? '', 'engine', 'bench', name];
  const args = [...verb, '--seconds', String(seconds), ...(software ? ['--software'] : []), '--json'];
  const result = await runCommand(process.execPath, args);
  if (result?.code === 0) return BenchReport.parse(JSON.parse(result.stdout));
  const failed = /^\{"error":(.*)\}$/m.exec(result?.stdout ?? '')?.[1];
  if (failed !== undefined) return ErrorRecord.parse(JSON.parse(failed)).message;
  return (result && outputTail(result)) || 'its process was ended by a signal';
}

async function benchOne(name: EngineName, {seconds, software}: BenchFlags): Promise<EngineBench> {
  const {startEngine} = await import('../../engine/startEngine.ts');
  const {benchConv, convSizes} = await import('../../engine/bench/convBench.ts');
  const {benchUpdate} = await import('../../train/updateBench.ts');
  const engine = await startEngine({name, allowSoftware: software});
  const ways = name === 'webgpu' ? filterGradients : [];
  const rows: EngineBench['rows'] = [];
  for (const size of convSizes) rows.push(...(await benchConv(size, ways, seconds)));
  rows.push(...(await benchUpdate({batch: 8, side: 28}, ways, seconds)));
  return {engine, rows};
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}
