import {dirname, resolve} from 'node:path';
import type {Command} from 'commander';
import type {DemeConfig} from '../../contract/config/config.ts';
import {UserError} from '../../contract/errors.ts';
import {outlineConfig} from '../../contract/config/configOutline.ts';
import {checkConfig, parseConfig, problemText, type ConfigProblem} from '../../contract/config/parseConfig.ts';
import {runExperts} from '../../contract/run/pipeline.ts';
import {requireSearchable} from '../../merge/search/search.ts';
import {matrixConfigs} from '../../pipeline/matrix/cellConfig.ts';
import {memoryByEngine, memoryLine} from '../../pipeline/resources/memoryByEngine.ts';
import {startDoubts} from '../../pipeline/owner/startDoubts.ts';
import type {TrainingNeeds} from '../../pipeline/resources/memoryEstimate.ts';
import {allStages, planStages} from '../../pipeline/graph/stagePlan.ts';
import {searchCost} from '../../pipeline/search/searchCost.ts';
import {requirePrecisions} from '../../pipeline/resources/runPrecision.ts';
import {snapshotLine, snapshotRoom} from '../../pipeline/resources/snapshotRoom.ts';
import {trainingNeeds} from '../../pipeline/resources/trainingNeeds.ts';
import {readConfigText} from '../../store/files/configText.ts';
import {baseProblem} from '../../store/hub/baseProblem.ts';
import {resolveBase} from '../../store/hub/hubFetch.ts';
import {action} from '../action.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';
import {printLines} from '../terminal.ts';

export function addValidateVerb(deme: Command): void {
  const command = deme.command('validate <config>').description('check a config without running it');
  action(command, validate);
}

async function validate(file: string, options: OutputOptions): Promise<ExitCode> {
  const text = await readConfigText(file);
  const problems = checkConfig(text);
  if (problems.length > 0) {
    const missing = await baseProblem(outlineConfig(text).value, dirname(resolve(file)));
    refuse(file, problems, missing === null ? [] : [missing.line], options);
    return 2;
  }
  const config = parseConfig(text, file);
  const runs = config.matrix ? matrixConfigs(text, file, config.matrix).length : null;
  const stages = planStages(config).map(({name}) => name);
  const {needs, warnings: unknown} = await findNeeds(config, file);
  const doubts = [...precisionProblem(config), ...searchProblem(config)];
  const warnings = [...new Set([...unknown, ...doubts, ...(await startDoubts(config, dirname(resolve(file))))])];
  const memory = needs ? await memoryByEngine(needs, config.engine) : [];
  const search = await searchCost(config, dirname(resolve(file)));
  const snapshots = snapshotRoom(config, needs);
  const experts = runExperts(config);
  const value = {
    ...{file, valid: true, problems, name: config.name, experts, stages, memory, warnings},
    ...(snapshots && {snapshots}),
    ...(search && {search}),
    ...(runs !== null && {runs}),
  };
  printResult(options, value, [
    `OK: ${file}`,
    ...summaryLines(config, stages),
    ...(snapshots ? [snapshotLine(snapshots)] : []),
    ...(search ? [`search: ${search.text}`] : []),
    ...(runs === null ? [] : [`matrix: ${runs} runs`]),
    ...memory.map((estimate) => (needs ? memoryLine(estimate, needs) : '')),
    ...warnings.map(warningLine),
  ]);
  return 0;
}

function refuse(
  file: string,
  problems: readonly ConfigProblem[],
  warnings: readonly string[],
  options: OutputOptions,
): void {
  const lines = problems.map((problem) => `${file}:${problem.line}:${problem.column}: ${problemText(problem)}`);
  if (options.json) printResult(options, {file, valid: false, problems, warnings}, []);
  else printLines([...lines, ...warnings.map(warningLine)], process.stderr);
}

function warningLine(warning: string): string {
  return `warning: ${warning}`;
}

/** That the engine which the config names does not compute in a number format that it asks for. */
function precisionProblem(config: DemeConfig): string[] {
  const {name} = config.engine;
  return name === 'auto' ? [] : problemOf(() => requirePrecisions(config, allStages(config), {name}));
}

/** That no search can be what the config asks for. */
function searchProblem(config: DemeConfig): string[] {
  const search = config.merge?.search;
  return search === undefined ? [] : problemOf(() => requireSearchable(search, runExperts(config)));
}

function problemOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [error.line];
  }
}

/** What the training of the config needs, null where it has none. A valid config may name a base that is only where it will run. */
async function findNeeds(config: DemeConfig, file: string): Promise<{needs: TrainingNeeds | null; warnings: string[]}> {
  try {
    const baseFolder = config.base === undefined ? null : await resolveBase(config.base, dirname(resolve(file)));
    const stages = planStages(config, config.decouple ? 'pipeline' : 'pretrain');
    return {needs: await trainingNeeds({config, baseFolder}, stages), warnings: []};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {needs: null, warnings: [error.line]};
  }
}

function summaryLines(config: DemeConfig, stages: readonly string[]): string[] {
  const {name, base, data, decouple, experts, pretrain} = config;
  return [
    `name: ${name}`,
    ...(base === undefined ? [] : [`base: ${base}`]),
    ...(data === undefined ? [] : [`data: ${data.kind}${data.path === undefined ? '' : ` ${data.path}`}`]),
    ...(pretrain ? [`pretrain: ${pretrain.updates} updates`] : []),
    ...(decouple ? [`experts: ${runExperts(config)}, ${decouple.updates} updates each`] : []),
    ...(experts ? [`experts: ${experts.map(({model}) => model).join(', ')}`] : []),
    ...(stages.length > 0 ? [`stages: ${stages.join(', ')}`] : []),
  ];
}
