import type {Command} from 'commander';
import {byteText} from '../../store/files/freeSpace.ts';
import {fetchModel, planFetch, type FetchPlan} from '../../store/hub/hubFetch.ts';
import {action} from '../action.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';
import {warn} from '../terminal.ts';
import {verbProgress} from '../view/verbProgress.ts';

interface FetchOptions extends OutputOptions {
  endpoint?: string;
  revision: string;
  variant?: string;
  dryRun?: boolean;
}

export function addFetchVerb(deme: Command): void {
  const command = deme
    .command('fetch <owner/name>')
    .description('fetch a model from a hub into the cache: all components of a pipeline, in one variant')
    .option('--endpoint <address>', 'hub (https://huggingface.co)')
    .option('--revision <name>', 'branch, tag or commit', 'main')
    .option('--variant <name>', 'variant of the weights, as fp16 (the plain ones, else the only variant)')
    .option('--dry-run', 'only say which files would be fetched, their sizes and the licence');
  action(command, fetchVerb);
}

async function fetchVerb(repository: string, options: FetchOptions): Promise<ExitCode> {
  const {endpoint, revision, variant} = options;
  if (options.dryRun) {
    const plan = await planFetch(repository, {endpoint, revision, variant});
    printResult(options, {repository, revision, ...plan}, [...plan.files.map(fileLine), summary(repository, plan)]);
    return 0;
  }
  const progress = verbProgress(options, `fetching ${repository}`);
  const onProgress = ({done, total}: {done: number; total: number}) => progress.show(done, total);
  const onPlan = (plan: FetchPlan) => {
    if (!options.json) warn(summary(repository, plan));
  };
  const settings = {endpoint, revision, variant, onPlan, onProgress};
  const folder = await fetchModel(repository, settings).finally(() => progress.end());
  printResult(options, {repository, revision, folder}, [`${repository} (${revision}) is in ${folder}`]);
  return 0;
}

function fileLine({name, size}: FetchPlan['files'][number]): string {
  return `${byteText(size).padStart(9)}  ${name}`;
}

function summary(repository: string, {files, total, licence}: FetchPlan): string {
  const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
  return `${repository}: ${count}, ${byteText(total)}, ${licence === null ? 'no licence stated' : `licence ${licence}`}`;
}
