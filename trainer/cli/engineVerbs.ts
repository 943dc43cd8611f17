import {Argument, Option, type Command} from 'commander';
import {EngineInfo, type EngineName} from '../contract/engineInfo.ts';
import {tensorflowVariants} from '../contract/engineRecord.ts';
import type {EngineStatus} from '../engine/listEngines.ts';
import {installTensorflow, type InstallOptions} from '../engine/install.ts';
import {action} from './action.ts';
import {printResult, type ExitCode, type OutputOptions} from './outcome.ts';

interface InstallFlags extends OutputOptions {
  variant: InstallOptions['variant'];
  from?: string;
}

/** `deme engine list | check | install`. */
export function addEngineVerbs(deme: Command): void {
  const engine = deme.command('engine').description('list, check and install what computes').helpCommand(false);
  action(engine.command('list').description('tell which engines there are and whether they work'), list);
  const check = engine.command('check').description('start an engine and have it pass the self test');
  action(check.addArgument(new Argument('<engine>').choices(EngineInfo.shape.name.options)), checkVerb);
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
    .option('--from <folder>', 'use this TensorFlow instead: the folder tensorflow of a site-packages');
  action(install, installVerb);
}

async function list(options: OutputOptions): Promise<ExitCode> {
  const {listEngines} = await import('../engine/listEngines.ts');
  const engines = await listEngines();
  printResult(options, {engines}, engines.map(statusLine));
  return 0;
}

async function checkVerb(name: EngineName, options: OutputOptions): Promise<ExitCode> {
  const {checkEngine} = await import('../engine/listEngines.ts');
  const status = await checkEngine(name);
  printResult(options, status, [statusLine(status)]);
  return status.healthy ? 0 : 2;
}

async function installVerb(_engine: 'tensorflow', {variant, from, json}: InstallFlags): Promise<ExitCode> {
  // Lines of progress would spoil JSON, so there they go to stderr.
  const out = json ? process.stderr : process.stdout;
  const onProgress = (message: string) => void out.write(`${message}\n`);
  const {record, folder, already} = await installTensorflow({variant, from, onProgress});
  const {engine, version} = record;
  printResult({json}, {engine, version, variant: record.variant, folder: folder.root, already}, []);
  return 0;
}

function statusLine({name, installed, healthy, version, device, note}: EngineStatus): string {
  const health = healthy ? 'healthy' : installed ? 'NOT HEALTHY' : 'not installed';
  return [name.padEnd(10), health.padEnd(13), version ?? '', device ?? '', note]
    .filter((part) => part !== '')
    .join('  ');
}
