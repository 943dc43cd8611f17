import {mkdir} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import * as vscode from 'vscode';
import {UserError} from '../../trainer/contract/errors.ts';
import {SamplingConfig} from '../../trainer/contract/config/evaluateConfig.ts';
import {parseConfig} from '../../trainer/contract/config/parseConfig.ts';
import {VerbResult} from '../../trainer/contract/verbResult.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {resolveBase} from '../../trainer/store/hub/hubFetch.ts';
import {isHubName} from '../config/baseModel.ts';
import {configFileOf, type Run} from '../runs/run.ts';
import {notify} from '../notify.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {withProgress} from '../trainer/withProgress.ts';
import {modelElements, type ModelElement} from '../views/modelsTree.ts';
import {completeStep} from '../walkthrough.ts';
import {promptArguments} from './promptArguments.ts';
import {namedModel, namedRun, targetConfig} from './targets.ts';

/** Commands about models. */
export const modelCommands: Readonly<Record<string, Handler>> = {
  'deme.sample': (studio, ...args) => sample(studio, args),
  'deme.inspectModel': (studio, ...args) => inspect(studio, args),
  'deme.fetchModel': (studio, ...args) => fetchModel(studio, args),
  'deme.copyModelPath': async (studio, ...args) => {
    const model = namedModel(studio, args);
    if (model !== undefined) await vscode.env.clipboard.writeText(model);
  },
  'deme.revealModel': async (studio, ...args) => {
    const model = namedModel(studio, args);
    if (model !== undefined) await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(model));
  },
  'deme.refreshModels': ({models}) => models.refresh(),
};

/** A model with the settings by which images are drawn from it, and the folder that they go to. */
interface Subject {
  readonly model: string;
  readonly sampling: SamplingConfig;
  readonly folder: string;
}

async function sample(studio: Studio, args: readonly unknown[]): Promise<void> {
  requireTrust();
  const subject = await chooseSubject(studio, args);
  if (subject === undefined) return;
  const {model, sampling, folder} = subject;
  const prompts = await promptArguments(model, sampling, sampleCount);
  if (prompts === undefined) return;
  const out = join(folder, `${basename(model)}-seed${sampling.seed}.png`);
  await mkdir(folder, {recursive: true});
  const {steps, eta, seed, batch} = sampling;
  const numbers = ['--steps', steps, '--eta', eta, '--seed', seed, '--batch', batch].map(String);
  const verb = ['sample', '--model', model, '--out', out, ...samplerArguments(sampling), ...prompts, ...numbers];
  await withProgress(`Sampling ${basename(model)}`, (signal, onLine) =>
    studio.trainer.compute(VerbResult, verb, {signal, onLine}),
  );
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(out));
}

const sampleCount = 16;

/** The settings of a sampler as options of `deme sample`. */
function samplerArguments({sampler, scheduler, churn, use_clipped_model_output}: SamplingConfig): string[] {
  const settings = Object.entries({...scheduler, ...churn, use_clipped_model_output});
  return [
    ...(sampler === undefined ? [] : ['--sampler', sampler]),
    ...settings.flatMap(([key, value]) => (value === undefined ? [] : ['--set', `${key}=${JSON.stringify(value)}`])),
  ];
}

async function chooseSubject(studio: Studio, args: readonly unknown[]): Promise<Subject | undefined> {
  const model = namedModel(studio, args);
  const run = namedRun(studio, args) ?? studio.runs.all().find(({path}) => model?.startsWith(path));
  if (model !== undefined) return subjectOf(studio, model, run);
  const config = await targetConfig(studio, args);
  if (config === undefined) return undefined;
  const newest = run ?? studio.runs.all().findLast((each) => configFileOf(each) === config.fsPath);
  const chosen = newest === undefined ? await baseOf(config) : await chooseModel(newest);
  return chosen === undefined ? undefined : subjectOf(studio, chosen, newest);
}

/** A run draws as its evaluation does, so that the images can be compared. */
function subjectOf({context}: Studio, model: string, run: Run | undefined): Subject {
  const sampling = run?.config.config.evaluate?.sampling ?? SamplingConfig.parse({});
  const folder = run === undefined ? join(context.globalStorageUri.fsPath, 'samples') : runPaths.samples(run.path);
  return {model, sampling, folder};
}

async function chooseModel(run: Run): Promise<string | undefined> {
  const models = (await modelElements([run])).flatMap(({children}) => children);
  const items = models.toReversed().map(({label, folder}: ModelElement) => ({label, folder}));
  const chosen = await vscode.window.showQuickPick(items, {placeHolder: `Which model of ${run.record.id}?`});
  return chosen?.folder ?? undefined;
}

async function baseOf(config: vscode.Uri): Promise<string> {
  const document = await vscode.workspace.openTextDocument(config);
  const {base} = parseConfig(document.getText(), config.fsPath);
  if (base === undefined) throw new UserError('base-missing', 'There is no model to sample from yet.');
  return resolveBase(base, dirname(config.fsPath));
}

async function inspect(studio: Studio, args: readonly unknown[]): Promise<void> {
  requireTrust();
  const model = namedModel(studio, args);
  if (model === undefined) return;
  const summary = await withProgress(`Inspecting ${basename(model)}`, (signal) =>
    studio.trainer.deme(VerbResult, ['inspect', model], {signal}),
  );
  const content = JSON.stringify(summary, null, 2);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({language: 'json', content}));
}

async function fetchModel(studio: Studio, args: readonly unknown[]): Promise<void> {
  requireTrust();
  const [given] = args;
  const name = typeof given === 'string' ? given : await askName();
  if (name === undefined) return;
  await withProgress(`Fetching ${name}`, (signal, onLine) =>
    studio.trainer.deme(VerbResult, ['fetch', name], {signal, onLine}),
  );
  studio.configs.recheck();
  await completeStep('own');
  void notify.info(`${name} is here: a config may name it as its base.`);
}

function askName(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Fetch a model from the Hugging Face hub',
    placeHolder: 'google/ddpm-cifar10-32',
    validateInput: (text) => (isHubName(text.trim()) ? undefined : 'owner/name'),
  });
}
