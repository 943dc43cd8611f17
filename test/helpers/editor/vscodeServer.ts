import {spawn, type ChildProcess} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {createInterface} from 'node:readline';
import {outputTail, runCommand} from '../../../trainer/launch/runCommand.ts';

export interface VsCodeFolders {
  /** The installed server, as `installVsCode` gives it. */
  readonly vscode: string;
  /** Folder for its own data (settings, logs) and for its extensions. */
  readonly home: string;
}

export interface VsCodeServer {
  /** Address of the workbench with a folder open; it holds the secret without which the server answers nobody. */
  address(folder: string): string;
  /** Ends the server and its extension hosts. */
  stop(): Promise<void>;
}

/** Installs a packaged extension into the folders of a server, as a user would; the folder where it is now. */
export async function installExtension(folders: VsCodeFolders, file: string): Promise<string> {
  const result = await runCommand(process.execPath, [...parameters(folders), '--install-extension', file, '--force'], {
    environment: serverEnvironment(),
  });
  if (result?.code !== 0) throw new Error(`VS Code refuses ${file}: ${result ? outputTail(result, 8) : 'not started'}`);
  const extensions = join(folders.home, 'extensions');
  const installed = (await readdir(extensions)).find((name) => name.includes(`.${basename(file, '.vsix')}`));
  if (installed === undefined) throw new Error(`VS Code has not installed ${file} in ${extensions}`);
  return join(extensions, installed);
}

/** Starts VS Code's web server on this machine's own address and a free port. */
export async function startVsCode(folders: VsCodeFolders): Promise<VsCodeServer> {
  const token = randomBytes(16).toString('hex');
  const place = ['--host', '127.0.0.1', '--port', '0', '--connection-token', token];
  const child = spawn(
    process.execPath,
    [...parameters(folders), ...place, '--accept-server-license-terms', '--telemetry-level', 'off'],
    {stdio: ['ignore', 'pipe', 'pipe'], env: serverEnvironment()},
  );
  const port = await portOf(child);
  return {
    address: (folder) => `http://127.0.0.1:${port}/?tkn=${token}&folder=${encodeURIComponent(folder)}`,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(patience);
    },
  };
}

function parameters({vscode, home}: VsCodeFolders): string[] {
  const data = ['--server-data-dir', join(home, 'data'), '--extensions-dir', join(home, 'extensions')];
  return [join(vscode, 'out', 'server-main.js'), ...data];
}

/** Without what an editor that runs these tests has set for its own children. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const own = /^(VSCODE_|VITEST|ELECTRON_|NODE_OPTIONS$|npm_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

/** The server says its port when it is ready. What it says later is read too, so that its pipes never fill. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (line: string) => {
      said = `${said}${line}\n`.slice(-2000);
      const port = /^Extension host agent listening on (\d+)$/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', hear);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`VS Code's server ended with code ${code}: ${said}`)));
  });
}
