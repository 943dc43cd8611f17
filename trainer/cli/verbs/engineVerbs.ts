import {Argument, Option, type Command} from 'commander';
import {EngineInfo, type EngineName} from '../../contract/engine/engineInfo.ts';
import {tensorflowVariants} from '../../contract/engine/engineRecord.ts';
import type {EngineStatus} from '../../contract/engine/engineStatus.ts';
import {installTensorflow, type InstallOptions} from '../../engine/tensorflow/install/install.ts';
import {wasmHeap} from '../../pipeline/resources/engineMemory.ts';
import {gigabytes} from '../../contract/gigabytes.ts';
import {memorySupply} from '../../pipeline/resources/memorySupply.ts';
import {action} from '../action.ts';
import {addBenchVerb} from './benchVerb.ts';
import {installView} from '../view/installView.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';

interface InstallFlags extends OutputOptions {
  variant: InstallOptions['variant'];
  from?: string;
  python?: string;
}

/** `deme engine list | check | bench | install`. */
export function addEngineVerbs(deme: Command): void {
  const engine = deme.command('engine').description('list, check, time and install what computes').helpCommand(false);
  action(engine.command('list').description('tell which engines there are and whether they work'), list);
  const check = engine.command('check').description('start an engine and have it pass the self test');
  action(check.addArgument(new Argument('<engine>').choices(EngineInfo.shape.name.options)), checkVerb);
  addBenchVerb(engine);
  const install = engine
    .command('install')
    .description('fetch TensorFlow by pip into the cache of this user and build the addon')
    .addArgument(new Argument('<engine>').choices(['tensorflow']))
    .addOption(
      new Option('--variant <name>', 'build; auto takes CUDA where there is an NVIDIA GPU')
        .choices(['auto', ...tensorflowVariants])
        .default('auto'),
    )
    .addOption(new Option('--cpu', 'short for --variant cpu').implies({variant: 'cpu'}))
    .addOption(new Option('--cuda', 'short for --variant cuda').implies({variant: 'cuda'}).conflicts('cpu'))
    .option(
      '--from <folder>',
      'use this TensorFlow instead: a site-packages, its folder tensorflow, or the archive for C',
    )
    .option('--python <path>', 'the Python whose pip downloads (the first on the PATH that has pip)');
  action(install, installVerb);
}

async function list(options: OutputOptions): Promise<ExitCode> {
  const {listEngines} = await import('../../engine/listEngines.ts');
  const engines = await Promise.all((await listEngines()).map(withMemory));
  printResult(options, {engines}, engines.map(statusLine));
  return 0;
}

async function checkVerb(name: EngineName, options: OutputOptions): Promise<ExitCode> {
  const {testEngine} = await import('../../engine/listEngines.ts');
  const status = await testEngine(name);
  printResult(options, status, [statusLine(status)]);
  return status.healthy ? 0 : 2;
}

async function installVerb(
  _engine: 'tensorflow',
  {variant, from, python, json = false}: InstallFlags,
): Promise<ExitCode> {
  const view = installView(json);
  const outcome = await installTensorflow({variant, from, python, onProgress: view.show}).finally(() => view.end());
  const {record, folder, already, reason} = outcome;
  const {engine, version} = record;
  printResult({json}, {engine, version, variant: record.variant, folder: folder.root, already, reason}, []);
  return 0;
}

async function withMemory(status: EngineStatus): Promise<EngineStatus> {
  if (status.device === null) return status;
  const {total, gpu} = await memorySupply({name: status.name, device: status.device});
  if (status.name === 'wasm') return {...status, memory: Math.min(total, wasmHeap)};
  // What another driver's GPU has cannot be told.
  return status.device === 'GPU' && gpu === null ? status : {...status, memory: gpu ?? total};
}

function statusLine({name, installed, healthy, version, device, memory, note}: EngineStatus): string {
  const health = healthy ? 'healthy' : installed ? 'NOT HEALTHY' : 'not installed';
  return [name.padEnd(10), health.padEnd(13), version ?? '', device ?? '', memory ? gigabytes(memory) : '', note]
    .filter((part) => part !== '')
    .join('  ');
}
