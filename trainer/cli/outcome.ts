import {toErrorRecord, UserError} from '../contract/errors.ts';
import {diedCode} from '../launch/stageProcess.ts';
import {printJson, printLines} from './terminal.ts';

/** What a verb ends with: 0 done, 1 bug or failed run, 2 the user's mistake, 130 stopped by the user. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Of the `UserError` that a verb ends with when the user stops it. */
export const stoppedCode = 'stopped';

export interface OutputOptions {
  json?: boolean;
}

/** Prints a result: as JSON for machines, else the given lines. */
export function printResult(options: OutputOptions, value: unknown, lines: readonly string[]): void {
  if (options.json) printJson(value, 2);
  else printLines(lines);
}

/** Prints an error the way its kind deserves, and says the exit code. */
export function printError(error: unknown, json: boolean): ExitCode {
  if (json) printJson({error: toErrorRecord(error)}, 0);
  if (error instanceof UserError) {
    if (!json) printLines(`deme: ${error.line}`.split('\n'), process.stderr);
    return error.code === diedCode ? 1 : error.code === stoppedCode ? 130 : 2;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printLines(`deme: this is a bug. ${text}`.split('\n'), process.stderr);
  return 1;
}
