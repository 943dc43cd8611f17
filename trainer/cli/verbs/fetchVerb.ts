import type {Command} from 'commander';
import {fetchModel} from '../../store/hub/hubFetch.ts';
import {action} from '../action.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';
import {verbProgress} from '../view/verbProgress.ts';

interface FetchOptions extends OutputOptions {
  endpoint?: string;
  revision: string;
  variant?: string;
}

export function addFetchVerb(deme: Command): void {
  const command = deme
    .command('fetch <owner/name>')
    .description('fetch a model from a hub into the cache')
    .option('--endpoint <address>', 'hub (https://huggingface.co)')
    .option('--revision <name>', 'branch, tag or commit', 'main')
    .option('--variant <name>', 'variant of the weights, as fp16 (the plain ones, else the only variant)');
  action(command, fetchVerb);
}

async function fetchVerb(repository: string, options: FetchOptions): Promise<ExitCode> {
  const {endpoint, revision, variant} = options;
  const progress = verbProgress(options, `fetching ${repository}`);
  const onProgress = ({done, total}: {done: number; total: number}) => progress.show(done, total);
  const folder = await fetchModel(repository, {endpoint, revision, variant, onProgress}).finally(() => progress.end());
  printResult(options, {repository, revision, folder}, [`${repository} (${revision}) is in ${folder}`]);
  return 0;
}
