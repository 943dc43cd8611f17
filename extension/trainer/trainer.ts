import {join} from 'node:path';
import type * as vscode from 'vscode';
import type {OwnerMessage, OwnerRequest} from '../../trainer/contract/run/ownerMessages.ts';
import type {OpenOrder, PreviewNews} from '../../trainer/contract/panel/preview.ts';
import type {ResultSchema} from '../../trainer/contract/verbResult.ts';
import type {LaunchedJob} from '../../trainer/launch/launcher.ts';
import type {PreviewProcess} from '../../trainer/launch/previewProcess.ts';
import type {Log} from '../log.ts';
import {onSettingsChange, settings} from '../settings.ts';
import type {DemeCall} from './demeProcess.ts';
import type {NodeRuntime} from './nodeRuntime.ts';

type CallOptions = Pick<DemeCall, 'cwd' | 'signal' | 'onLine' | 'resultCodes'>;

/** Starts the programs of the trainer. Everything that starts one comes through here, and nothing does in an untrusted workspace. */
export class Trainer implements vscode.Disposable {
  readonly #extensionPath: string;
  readonly #logFolder: string;
  readonly #log: Log;
  readonly #settings: vscode.Disposable;
  #node: Promise<NodeRuntime> | null = null;
  #started = 0;

  constructor(extensionPath: string, logFolder: string, log: Log) {
    this.#extensionPath = extensionPath;
    this.#logFolder = logFolder;
    this.#log = log;
    this.#settings = onSettingsChange(['nodePath'], () => (this.#node = null));
  }

  /** Calls a verb of `deme` and returns what it prints. Throws UserErrors. */
  async deme<T>(schema: ResultSchema<T>, args: readonly string[], options: CallOptions = {}): Promise<T> {
    const node = await this.#runtime();
    const {callDeme} = await import('./demeProcess.ts');
    this.#log.info(`deme ${args.join(' ')}`);
    return callDeme(schema, {node, cli: this.#file('cli.js'), args, ...options});
  }

  /** Calls a verb of `deme` that computes with an engine and takes `--engine`. Throws UserErrors. */
  async compute<T>(schema: ResultSchema<T>, args: readonly string[], options: CallOptions = {}): Promise<T> {
    return this.deme(schema, [...args, ...engineOption(await this.#runtime())], options);
  }

  /** The program that runs a verb of `deme` that computes where the user sees it, as in a terminal. Throws UserErrors. */
  async commandLine(
    args: readonly string[],
  ): Promise<{path: string; args: string[]; environment: Record<string, string>}> {
    const node = await this.#runtime();
    const {path, environment} = node;
    return {path, args: [this.#file('cli.js'), ...args, ...engineOption(node)], environment: definedOnly(environment)};
  }

  /** Starts the owner of a run. Throws UserErrors; those of the run itself come from the process. */
  async startOwner(request: OwnerRequest, onMessage: (message: OwnerMessage) => void): Promise<LaunchedJob> {
    const node = await this.#runtime();
    const [{launchers}, {requestForEditor}] = await Promise.all([
      import('../../trainer/launch/launchers.ts'),
      import('./editorRequest.ts'),
    ]);
    const fitting = node.isEditor ? await requestForEditor(request) : request;
    const log = join(this.#logFolder, `owner-${Date.now()}-${++this.#started}.log`);
    this.#log.info(`starts ${JSON.stringify(fitting)}; its output goes to ${log}`);
    const {path, environment} = node;
    return launchers.local.start(
      {node: path, environment, entry: this.#file('owner.js'), request: fitting, log},
      onMessage,
    );
  }

  /** Starts a process that previews merges. Throws UserErrors; those of the preview itself are among its news. */
  async startPreview(order: OpenOrder, onNews: (news: PreviewNews) => void): Promise<PreviewProcess> {
    const node = await this.#runtime();
    const [{launchPreview}, {reasonFor, requireEditorEngine}] = await Promise.all([
      import('../../trainer/launch/previewProcess.ts'),
      import('./editorRequest.ts'),
    ]);
    if (node.isEditor) requireEditorEngine(order.engine.name);
    const fitting: OpenOrder = node.isEditor
      ? {...order, engine: {name: 'wasm', ...reasonFor(order.engine.name)}}
      : order;
    const log = join(this.#logFolder, `preview-${Date.now()}-${++this.#started}.log`);
    this.#log.info(`previews ${JSON.stringify(fitting)}; its output goes to ${log}`);
    const {path, environment} = node;
    return launchPreview({node: path, environment, entry: this.#file('preview.js'), order: fitting, log, onNews});
  }

  dispose(): void {
    this.#settings.dispose();
  }

  async #runtime(): Promise<NodeRuntime> {
    const {requireTrust} = await import('./requireTrust.ts');
    requireTrust();
    this.#node ??= this.#find();
    return this.#node;
  }

  async #find(): Promise<NodeRuntime> {
    try {
      const {findNode} = await import('./nodeRuntime.ts');
      const node = await findNode(settings.nodePath());
      this.#log.info(
        `runs the trainer with ${node.isEditor ? "the editor's own runtime" : node.path} (${node.version})`,
      );
      return node;
    } catch (error) {
      this.#node = null; // It may be installed by the next time.
      throw error;
    }
  }

  #file(name: string): string {
    return join(this.#extensionPath, 'dist', name);
  }
}

/** The one engine that is sure to work in the editor's own runtime. */
function engineOption({isEditor}: NodeRuntime): string[] {
  return isEditor ? ['--engine', 'wasm'] : [];
}

function definedOnly(environment: NodeJS.ProcessEnv): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) set[name] = value;
  return set;
}
