import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {once} from 'node:events';
import {toErrorRecord} from '../../trainer/contract/errors.ts';
import {cacheFolder} from '../../trainer/store/files/cacheFolder.ts';
import {writeExample} from '../helpers/editor/exampleProject.ts';
import {installVsCode} from '../helpers/editor/vscodeInstall.ts';
import {installExtension, startVsCode} from '../helpers/editor/vscodeServer.ts';

/**
 * Entry of `npm run open`: `open.js VSIX [FOLDER]`. VS Code in a browser, with the packaged extension and the example project, for
 * machines without a desktop VS Code. Settings and extensions go when it ends, the project stays.
 */
const [file = '', folder = join(cacheFolder().path, 'example')] = process.argv.slice(2);

async function open(): Promise<void> {
  const vscode = await installVsCode(say);
  const home = await mkdtemp(join(tmpdir(), 'deme-open-'));
  try {
    await installExtension({vscode, home}, resolve(file));
    if (process.argv[3] === undefined) await writeExample(resolve('media'), folder);
    else await mkdir(folder, {recursive: true});
    const server = await startVsCode({vscode, home});
    say(
      `\nVS Code with DeMe Studio: ${server.address(resolve(folder))}\nThe project lies in ${folder}. End with Ctrl-C.`,
    );
    await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)));
    await server.stop();
  } finally {
    await rm(home, {recursive: true, force: true, maxRetries: 5});
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

open().catch((error: unknown) => {
  const {message, hint, stack} = toErrorRecord(error);
  process.stderr.write(`${stack ?? [message, hint].filter(Boolean).join(' ')}\n`);
  process.exitCode = 1;
});
