import {mkdir, mkdtemp, realpath, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {onTestFinished} from 'vitest';
import {killTree} from '../../trainer/launch/killTree.ts';
import {listRuns, type RunFolder} from '../../trainer/store/run/runFolder.ts';
import {currentState, isActive} from '../../trainer/store/run/runState.ts';
import {writeExample, type ExampleProject} from '../helpers/editor/exampleProject.ts';

const media = fileURLToPath(new URL('../../media', import.meta.url));

/** Where the commands that create example projects put them. */
const exampleNames = ['deme-example', 'deme-prompt-example'];

/** Quiet and without anything that asks an outside host. */
const quiet = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'extensions.autoCheckUpdates': false,
  'git.enabled': false,
  'window.autoDetectColorScheme': true,
};

/**
 * A folder with the example project and these files besides, for one story. When the story ends, however it ends, the folder and all
 * processes that carry out its runs go.
 *
 * @param files Content by path.
 * @param settings Of the workspace.
 * @param options `isEmpty`: without an example project; `project`: the one that is not the first.
 */
export async function storyFolder(
  files: Record<string, string> = {},
  settings: object = {},
  {isEmpty = false, project}: {isEmpty?: boolean; project?: ExampleProject} = {},
): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'deme-story-')));
  onTestFinished(async () => {
    for (const place of [folder, ...exampleNames.map((name) => join(folder, name))]) {
      for (const run of await runsOf(place)) await endRun(run.path);
    }
    await rm(folder, {recursive: true, force: true, maxRetries: 5});
  });
  if (!isEmpty) await writeExample(media, folder, project);
  const all = {...files, '.vscode/settings.json': JSON.stringify({...quiet, ...settings})};
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** The runs that a story has started so far, oldest first. */
export async function runsOf(folder: string): Promise<RunFolder[]> {
  return listRuns(join(folder, '.deme', 'runs'));
}

async function endRun(path: string): Promise<void> {
  const state = await currentState(path);
  if (state !== null && isActive(state)) await killTree(state.pid);
}
