import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import * as vscode from 'vscode';
import {writeFileAtomic} from '../../trainer/store/files/atomicFile.ts';
import {requireApart} from '../../trainer/store/files/pathIdentity.ts';
import {readRegularFile} from '../../trainer/store/files/regularFile.ts';
import type {Run} from '../runs/run.ts';
import {stepsCsv, stepsJson, stepsOf, stepsTensorBoard} from './exportSteps.ts';
import type {PanelActions} from './panelRequests.ts';
import {fileInRun} from './runs/runView.ts';

/** What the rest of the extension does for a panel. */
export type TrainerActions = Pick<
  PanelActions,
  'merge' | 'measure' | 'command' | 'kept' | 'fork' | 'control' | 'preview' | 'writeNotes'
>;

/** Bytes of an image that is copied. */
const largestImage = 256_000_000;

/** All that a panel can do; `fileOf` gives the file behind an address that the page was given. */
export function panelActions(trainer: TrainerActions, fileOf: (source: string) => string): PanelActions {
  return {
    ...trainer,
    isTrusted: () => vscode.workspace.isTrusted,
    export: (runs, format) => (format === 'tensorboard' ? exportTensorBoard(runs) : exportText(runs, format)),
    save: async (name, content) => {
      const path = await chooseFile(name);
      if (path !== null) await writeFileAtomic(path, content);
      return path;
    },
    saveImage: async (run, source) => {
      const file = fileInRun(run, fileOf(source));
      if (file === null) return null;
      const path = await chooseFile(`${run.record.id}-${nameOfImage(run, file)}`);
      if (path === null) return null;
      await requireApart(path, [run.path], {mayLieInside: true});
      await writeFileAtomic(path, await readRegularFile(file, largestImage, 'the image'));
      return path;
    },
  };
}

async function exportText(runs: readonly Run[], format: 'csv' | 'json'): Promise<string | null> {
  const path = await chooseFile(`${runs.map(({record}) => record.id).join('+')}.${format}`);
  if (path === null) return null;
  await requireApart(
    path,
    runs.map((run) => run.path),
    {mayLieInside: true},
  );
  const steps = await stepsOf(runs);
  await writeFileAtomic(path, format === 'csv' ? stepsCsv(steps) : stepsJson(steps, runs));
  return path;
}

async function exportTensorBoard(runs: readonly Run[]): Promise<string | null> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: 'Export Here',
      title: 'Folder for the TensorBoard event files',
    })) ?? [];
  if (folder === undefined) return null;
  for (const steps of await stepsOf(runs)) {
    const path = join(folder.fsPath, steps.run, steps.stage);
    const seconds = Math.floor((steps.rows[1] ?? 0) / 1000);
    await mkdir(path, {recursive: true});
    await writeFileAtomic(join(path, `events.out.tfevents.${seconds}.deme`), stepsTensorBoard(steps));
  }
  return folder.fsPath;
}

/** The page only proposes the name, never the place. */
async function chooseFile(name: string): Promise<string | null> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const safe = name.replace(/[^\w.+-]/g, '-');
  const chosen = await vscode.window.showSaveDialog(folder && {defaultUri: vscode.Uri.joinPath(folder, safe)});
  return chosen?.fsPath ?? null;
}

/** `evaluations/merged/samples.png` becomes `merged-samples.png`. */
function nameOfImage(run: Run, file: string): string {
  const inside = file.slice(run.path.length + 1).split(/[\\/]/);
  return [dirname(inside.join('/')).split('/').at(-1), inside.at(-1)].join('-');
}
