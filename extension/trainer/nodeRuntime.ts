import {UserError} from '../../trainer/contract/errors.ts';
import {runCommand} from '../../trainer/launch/runCommand.ts';

/** A program that runs the trainer. */
export interface NodeRuntime {
  readonly path: string;
  readonly version: string;
  /** The editor's own runtime stands in for Node: only wasm, which needs nothing native, is sure to work in it. */
  readonly isEditor: boolean;
  readonly environment: NodeJS.ProcessEnv;
}

export const oldestMajor = 20;
const patience = 20_000;

/**
 * The Node program that the setting names, else the one on the PATH, else the editor's own runtime. Throws a UserError where the setting
 * names one that does not work: what the user has chosen is never replaced in silence.
 */
export async function findNode(
  setting: string | null,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<NodeRuntime> {
  const clean = cleanEnvironment(environment);
  if (setting !== null) return requireNode(setting, clean);
  const version = await versionOf('node', clean);
  if (version !== null && isNewEnough(version)) return {path: 'node', version, isEditor: false, environment: clean};
  return editorRuntime(clean, version);
}

/** Without what the editor sets for its own processes. */
export function cleanEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isOurs = (name: string) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_CHANNEL_)/.test(name);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => isOurs(name)));
}

async function requireNode(path: string, environment: NodeJS.ProcessEnv): Promise<NodeRuntime> {
  const version = await versionOf(path, environment);
  const hint = `Set deme.nodePath to Node ${oldestMajor} or newer, or clear it.`;
  if (version === null)
    throw new UserError('node-missing', 'This is no Node program that starts.', {where: path, hint});
  if (!isNewEnough(version)) {
    throw new UserError('node-old', `This is Node ${version}; the trainer needs ${oldestMajor}.`, {where: path, hint});
  }
  return {path, version, isEditor: false, environment};
}

function editorRuntime(environment: NodeJS.ProcessEnv, found: string | null): NodeRuntime {
  const {node: version} = process.versions;
  if (!isNewEnough(version)) {
    const what = found === null ? 'No Node program is on the PATH' : `The Node on the PATH is too old (${found})`;
    throw new UserError('node-missing', `${what}, and the editor's own is too old as well (${version}).`, {
      hint: `Install Node ${oldestMajor} or newer, or name it in the setting deme.nodePath.`,
    });
  }
  const asNode = {...environment, ELECTRON_RUN_AS_NODE: '1'};
  return {path: process.execPath, version, isEditor: true, environment: asNode};
}

/** `20.11.1`; null for what is not there, does not end or says something else. */
async function versionOf(path: string, environment: NodeJS.ProcessEnv): Promise<string | null> {
  const result = await runCommand(path, ['--version'], {environment, timeout: patience});
  return /^v(\d+\.\d+\.\d+)/.exec(result?.stdout ?? '')?.[1] ?? null;
}

function isNewEnough(version: string): boolean {
  return Number(version.split('.')[0]) >= oldestMajor;
}
