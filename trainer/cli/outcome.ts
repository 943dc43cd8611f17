import {toErrorRecord, UserError} from '../contract/errors.ts';
import {diedCode} from '../launch/stageProcess.ts';

/** What a verb ends with: 0 done, 1 bug or failed run, 2 the user's mistake, 130 stopped by the user. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Of the `UserError` that a verb ends with when the user stops it. */
export const stoppedCode = 'stopped';

export interface OutputOptions {
  json?: boolean;
}

/** Prints a result: as JSON for machines, else the given lines. */
export function printResult(options: OutputOptions, value: unknown, lines: readonly string[]): void {
  process.stdout.write(
    options.json ? `${JSON.stringify(value, null, 2)}\n` : lines.map((line) => `${line}\n`).join(''),
  );
}

/** Prints an error the way its kind deserves, and says the exit code. */
export function printError(error: unknown, json: boolean): ExitCode {
  if (json) process.stdout.write(`${JSON.stringify({error: toErrorRecord(error)})}\n`);
  if (error instanceof UserError) {
    if (!json) process.stderr.write(`deme: ${error.line}\n`);
    return error.code === diedCode ? 1 : error.code === stoppedCode ? 130 : 2;
  }
  process.stderr.write(
    `deme: this is a bug. ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}
