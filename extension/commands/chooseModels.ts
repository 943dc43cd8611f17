import * as vscode from 'vscode';
import {weightsEndings} from '../../trainer/contract/model/weightsEndings.ts';
import type {Run} from '../runs/run.ts';
import {modelElements} from '../views/modelsTree.ts';

/** A model that is known, or a way to name another one. */
interface ModelItem extends vscode.QuickPickItem {
  readonly path?: string;
  readonly others?: 'folders' | 'files';
}

const elsewhere: readonly ModelItem[] = [
  {label: '$(folder) Other folders...', description: 'in the layout of diffusers', others: 'folders'},
  {label: '$(file-binary) Other files...', description: 'safetensors, or a state dict of PyTorch', others: 'files'},
];

/** One model: of the workspace, or any folder or file; undefined where the user chooses none. */
export async function chooseModel(runs: readonly Run[], title: string): Promise<string | undefined> {
  const items = [...(await knownModels(runs)), ...elsewhere];
  const chosen = await vscode.window.showQuickPick(items, {title, ignoreFocusOut: true});
  if (chosen?.others === undefined) return chosen?.path;
  return (await browse(chosen.others, title, false))?.[0];
}

/** One or more experts, in the order of the list, those of elsewhere last; undefined where the user chooses none. */
export async function chooseExperts(runs: readonly Run[], base: string, title: string): Promise<string[] | undefined> {
  const known = (await knownModels(runs)).filter(({path}) => path !== base);
  const options = {title, ignoreFocusOut: true, canPickMany: true} as const;
  const chosen = await vscode.window.showQuickPick<ModelItem>([...known, ...elsewhere], options);
  if (chosen === undefined) return undefined;
  const paths = chosen.flatMap(({path}) => path ?? []);
  for (const {others} of chosen) {
    if (others === undefined) continue;
    const found = await browse(others, title, true);
    if (found === undefined) return undefined;
    paths.push(...found);
  }
  return paths.length === 0 ? undefined : [...new Set(paths)];
}

async function knownModels(runs: readonly Run[]): Promise<ModelItem[]> {
  const groups = await modelElements(runs);
  return groups.flatMap((group) =>
    group.children.flatMap(({label, folder}) =>
      folder === null ? [] : [{label, description: group.label, detail: folder, path: folder}],
    ),
  );
}

/** Several files come in no order of the user's, so they are sorted by name: expert-2 before expert-10. */
async function browse(what: 'folders' | 'files', title: string, canSelectMany: boolean): Promise<string[] | undefined> {
  const isFiles = what === 'files';
  const found = await vscode.window.showOpenDialog({
    title,
    canSelectMany,
    canSelectFiles: isFiles,
    canSelectFolders: !isFiles,
    openLabel: 'Choose',
    ...(isFiles && {filters: {Weights: weightsEndings}}),
  });
  return found?.map(({fsPath}) => fsPath).sort((a, b) => a.localeCompare(b, 'en', {numeric: true}));
}
