import {mkdtemp, realpath, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {TestProject} from 'vitest/node';
import * as z from 'zod';
import {readJson} from '../../trainer/store/files/jsonFile.ts';
import {outputTail, runCommand} from '../../trainer/launch/runCommand.ts';
import {chromiumForTests, chromiumMissing} from '../helpers/editor/chromium.ts';
import {installVsCode} from '../helpers/editor/vscodeInstall.ts';
import {installExtension, startVsCode} from '../helpers/editor/vscodeServer.ts';

/** What the stories need to know of the one VS Code they share. */
export interface StoryServer {
  /** Program of the browser. */
  readonly chromium: string;
  /** Address of the workbench; the folder to open is appended. */
  readonly address: string;
  /** Where the packaged extension was installed: outside the repository. */
  readonly extension: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** null: there is no browser, and the stories are skipped. */
    storyServer: StoryServer | null;
    /** The packaged extension, a VSIX file. */
    package: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Once for all stories: packages the extension, installs it into a VS Code of its own, and starts that. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const file = await packageFile();
  project.provide('package', file);
  const chromium = chromiumForTests();
  if (chromium === null) {
    project.vitest.logger.warn(`The stories in VS Code are skipped. ${chromiumMissing}`);
    project.provide('storyServer', null);
    return async () => undefined;
  }
  const vscode = await installVsCode((text) => project.vitest.logger.log(text));
  const home = await realpath(await mkdtemp(join(tmpdir(), 'deme-vscode-')));
  const extension = await installExtension({vscode, home}, file);
  const server = await startVsCode({vscode, home});
  project.provide('storyServer', {chromium, address: server.address(''), extension});
  return async () => {
    await server.stop();
    await rm(home, {recursive: true, force: true, maxRetries: 5});
  };
}

/** The packaged extension, made anew where it is older than what goes into it. */
async function packageFile(): Promise<string> {
  const result = await runCommand(process.execPath, [join(root, 'trainer', 'setup.mjs'), 'package']);
  if (result?.code !== 0) throw new Error(`The extension cannot be packaged: ${result ? outputTail(result, 20) : ''}`);
  const {name, version} = await readJson(join(root, 'package.json'), Manifest, 'the manifest');
  return join(root, 'dist', `${name}-${version}.vsix`);
}

const Manifest = z.looseObject({name: z.string(), version: z.string()});
