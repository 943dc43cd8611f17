import {spawn} from 'node:child_process';

export interface CommandResult {
  /** Exit code; null when a signal ended the command. */
  code: number | null;
  stdout: string;
  stderr: string;
  /** It was ended since it said more than it may. */
  isTooLong?: boolean;
}

export interface CommandOptions {
  environment?: NodeJS.ProcessEnv;
  /** Milliseconds after which the command is ended by SIGKILL; left out: it may take as long as it likes. */
  timeout?: number;
  /** Characters of its output, or of its errors, beyond which it is ended by SIGKILL. */
  limit?: number;
  /** Called for each whole line of standard output as it comes. What it throws ends the command. */
  onLine?: (line: string) => void;
  /** Called twice a second while the command runs. What it throws ends the command. */
  onTick?: () => void;
}

const tickMilliseconds = 500;

/** Runs a program without a shell; null when there is no such program. */
export function runCommand(
  program: string,
  parameters: readonly string[],
  {environment, timeout, limit = Infinity, onLine, onTick}: CommandOptions = {},
): Promise<CommandResult | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment ?? process.env,
    });
    const result: CommandResult = {code: null, stdout: '', stderr: ''};
    const guard = (report: () => void): void => {
      try {
        report();
      } catch (error) {
        child.kill('SIGKILL');
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const endNow = (): void => {
      child.kill('SIGKILL');
      // Children of its own may hold the other ends for as long as they like.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const endWhenTooLong = (): void => {
      if (Math.max(result.stdout.length, result.stderr.length) <= limit) return;
      result.isTooLong = true;
      endNow();
    };
    const timer = timeout === undefined ? undefined : setTimeout(endNow, timeout);
    const tick = onTick && setInterval(() => guard(onTick), tickMilliseconds);
    let reported = 0;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      result.stdout += chunk;
      endWhenTooLong();
      if (!onLine) return;
      for (let end = result.stdout.indexOf('\n', reported); end >= 0; end = result.stdout.indexOf('\n', reported)) {
        const line = result.stdout.slice(reported, end);
        reported = end + 1;
        guard(() => onLine(line));
      }
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      result.stderr += chunk;
      endWhenTooLong();
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearInterval(tick);
      clearTimeout(timer);
      // EACCES: a file of that name on the PATH that is no program.
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    child.on('close', (code) => {
      clearInterval(tick);
      clearTimeout(timer);
      resolve({...result, code});
    });
  });
}

/** The last lines of what a failed command said, for an error message. */
export function outputTail({stdout, stderr}: CommandResult, lines = 4): string {
  const said = stderr.trim() || stdout.trim();
  return said.split('\n').slice(-lines).join('\n');
}

/** Whether a failed command says that it had no space left to write to. */
export function ranOutOfSpace({stdout, stderr}: CommandResult): boolean {
  return /No space left on device|Errno 28\b|\bENOSPC\b|Disk quota exceeded/i.test(stderr + stdout);
}
