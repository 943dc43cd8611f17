import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {engineNames} from '../../trainer/contract/config/config.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {packageRoot} from '../../trainer/packageRoot.ts';
import {cases} from './cases.ts';

export interface BenchOptions {
  readonly cases: readonly string[];
  /** How often all contestants take their turn. */
  readonly rounds: number;
  /** Only these engines; null: those that a case names. */
  readonly engines: readonly string[] | null;
  /** Only workloads of so many threads; null: all. */
  readonly threads: number | null;
  /** Fetch torch before. */
  readonly installTorch: boolean;
  /** The JSON file to write. */
  readonly output: string;
}

/** `[CASE...] [--rounds N] [--engine NAME]... [--threads N] [--output FILE] [--install-torch]`; without a case, all of them. */
export function benchOptions(args: readonly string[]): BenchOptions {
  const {values, positionals} = parse(args);
  const rounds = wholeNumber('--rounds', values.rounds);
  const threads = values.threads === undefined ? null : wholeNumber('--threads', values.threads);
  const unknown = positionals.find((name) => !Object.hasOwn(cases, name));
  if (unknown !== undefined) throw usage(`There is no case "${unknown}".`);
  const engine = values.engine?.find((name) => !(engineNames as readonly string[]).includes(name));
  if (engine !== undefined) throw usage(`There is no engine "${engine}".`);
  return {
    cases: positionals.length > 0 ? positionals : Object.keys(cases),
    rounds,
    engines: values.engine ?? null,
    threads,
    installTorch: values['install-torch'] ?? false,
    output: values.output ?? join(packageRoot(), 'dist', 'bench.json'),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: {type: 'string', default: '3'},
        engine: {type: 'string', multiple: true},
        threads: {type: 'string'},
        output: {type: 'string'},
        'install-torch': {type: 'boolean'},
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw usage(`${option} ${value} is not a whole number from 1 on.`);
}

function usage(message: string): UserError {
  const hint = `Usage: npm run bench -- [${Object.keys(cases).join('] [')}] [--rounds 3] [--engine tensorflow|wasm] [--threads N] [--output FILE] [--install-torch]`;
  return new UserError('bench-usage', message, {hint});
}
