import {cp, mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as vscode from 'vscode';
import {presetText} from '../../trainer/contract/config/presetText.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import type {Handler, Studio} from '../studio.ts';
import {completeStep} from '../walkthrough.ts';

/** Commands that write something to begin with. */
export const newConfigCommands: Readonly<Record<string, Handler>> = {
  'deme.newConfig': newConfig,
  'deme.createExample': (studio) => createExample(studio, {name: 'deme-example', project: 'example', model: 'digits'}),
  'deme.createPromptExample': (studio) =>
    createExample(studio, {name: 'deme-prompt-example', project: 'example-prompts', model: 'prompts'}),
};

/** Where a new config comes from: a preset of the paper, or its skeleton. */
interface Template {
  readonly label: string;
  readonly description: string;
  /** Below media/presets. */
  readonly file: string | null;
}

const templates: readonly Template[] = [
  {label: 'Empty', description: 'a base model and a folder of images of your own', file: null},
  {label: 'CIFAR-10', description: "the paper's settings, 32 x 32", file: 'cifar10.deme.yaml'},
  {label: 'LSUN Church', description: "the paper's settings, 256 x 256", file: 'lsun-church.deme.yaml'},
  {label: 'LSUN Bedroom', description: "the paper's settings, 256 x 256", file: 'lsun-bedroom.deme.yaml'},
  {label: 'Stable Diffusion, COCO30K', description: "the paper's settings, 512 x 512", file: 'sd-coco30k.deme.yaml'},
  {
    label: 'Stable Diffusion, ImageNet1K',
    description: "the paper's settings, 512 x 512",
    file: 'sd-imagenet1k.deme.yaml',
  },
  {
    label: 'Stable Diffusion, PartiPrompts',
    description: "the paper's settings, 512 x 512",
    file: 'sd-partiprompts.deme.yaml',
  },
];

const skeleton = `name: experiment
base: path/to/model # a diffusers folder, or the owner/name of a fetched hub model
data:
  kind: images
  path: images
  resolution: 32
decouple:
  ranges: 4
  samples: {every: 1000}
merge:
  search: {}
evaluate: {}
`;

async function newConfig({context}: Studio): Promise<void> {
  const template = await vscode.window.showQuickPick(templates, {placeHolder: 'What does the config begin with?'});
  if (template === undefined) return;
  const folder = await chooseFolder('Folder for the config');
  if (folder === undefined) return;
  const name = await vscode.window.showInputBox({
    title: 'Name of the experiment',
    value: template.file?.replace('.deme.yaml', '') ?? 'experiment',
    validateInput: (text) => (namePattern.test(text) ? undefined : 'Letters, digits, dot, dash and underscore only'),
  });
  if (name === undefined) return;
  const file = join(folder, `${name}.deme.yaml`);
  if (await fileExists(file)) throw new UserError('config-exists', 'There is such a config already.', {where: file});
  const presets = join(context.extensionPath, 'media', 'presets');
  const text = template.file === null ? skeleton : await readFile(join(presets, template.file), 'utf8');
  await writeFile(file, presetText(text, name), {flag: 'wx'});
  await completeStep('own');
  await vscode.window.showTextDocument(vscode.Uri.file(file));
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

interface Example {
  /** Of its new folder. */
  readonly name: string;
  /** Folder below media with its files, and the one in which its base lies. */
  readonly project: string;
  readonly model: string;
}

async function createExample({context}: Studio, {name, project, model}: Example): Promise<void> {
  const media = join(context.extensionPath, 'media');
  const parent = await chooseFolder('Folder for the example project');
  if (parent === undefined) return;
  const target = await freeFolder(parent, name);
  await mkdir(target);
  await cp(join(media, project), target, {recursive: true});
  await cp(join(media, model, 'base'), join(target, 'base'), {recursive: true});
  await completeStep('example');
  const config = (await readdir(target)).find((name) => name.endsWith('.deme.yaml'));
  if (vscode.workspace.getWorkspaceFolder(vscode.Uri.file(target)) === undefined) {
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(target));
  } else if (config !== undefined) await vscode.window.showTextDocument(vscode.Uri.file(join(target, config)));
}

/** The workspace's own folder where there is just one; else the user chooses. */
async function chooseFolder(title: string): Promise<string | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({uri}) => uri.scheme === 'file');
  const [own, ...others] = folders;
  if (own !== undefined && others.length === 0) return own.uri.fsPath;
  const chosen = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: 'Choose',
    title,
    defaultUri: own?.uri,
  });
  if (chosen?.[0] !== undefined && chosen[0].scheme !== 'file') {
    throw new UserError('folder-virtual', 'DeMe Studio works on folders of a disk, and this one is not.', {
      where: chosen[0].toString(),
      hint: 'Choose a folder of this machine.',
    });
  }
  return chosen?.[0]?.fsPath;
}

async function freeFolder(parent: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const folder = join(parent, n === 1 ? name : `${name}-${n}`);
    if (!(await fileExists(folder))) return folder;
  }
}
