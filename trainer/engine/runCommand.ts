import {spawn} from 'node:child_process';

export interface CommandResult {
  /** Exit code; null when a signal ended the command. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  environment?: NodeJS.ProcessEnv;
  /** Called for each whole line of standard output as it comes. */
  onLine?: (line: string) => void;
}

/** Runs a program without a shell; null when there is no such program. */
export function runCommand(
  program: string,
  parameters: readonly string[],
  {environment, onLine}: CommandOptions = {},
): Promise<CommandResult | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {stdio: ['ignore', 'pipe', 'pipe'], env: environment ?? process.env});
    const result: CommandResult = {code: null, stdout: '', stderr: ''};
    let reported = 0;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      result.stdout += chunk;
      for (let end = result.stdout.indexOf('\n', reported); end >= 0; end = result.stdout.indexOf('\n', reported)) {
        onLine?.(result.stdout.slice(reported, end));
        reported = end + 1;
      }
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (result.stderr += chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      // EACCES: a file of that name on the PATH that is no program.
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    child.on('close', (code) => resolve({...result, code}));
  });
}

/** The last lines of what a failed command said, for an error message. */
export function lastWords({stdout, stderr}: CommandResult, lines = 4): string {
  const said = stderr.trim() || stdout.trim();
  return said.split('\n').slice(-lines).join('\n');
}
