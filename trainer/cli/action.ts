import type {Command} from 'commander';
import {printError, type ExitCode, type OutputOptions} from './outcome.ts';

/** Runs a verb and turns what it returns or throws into the exit code. */
export function action<Args extends unknown[]>(command: Command, run: (...args: Args) => Promise<ExitCode>): void {
  command.option('--json', 'print JSON for machines').action(async (...args: unknown[]) => {
    const {json = false} = command.opts<OutputOptions>();
    process.exitCode = await run(...(args as Args)).catch((error: unknown) => printError(error, json));
    // Engines keep handles that would hold the process open.
    await flushed(process.stdout);
    process.exit();
  });
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
