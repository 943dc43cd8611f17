import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {callDeme} from '../../../extension/trainer/demeProcess.ts';
import {textContaining} from '../../helpers/textContaining.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const node = {path: process.execPath, version: '20.0.0', isEditor: false, environment: process.env};
const Result = z.strictObject({args: z.array(z.string())});

/** Calls a program of a few lines in place of the command line. */
async function call(
  program: string,
  options: {onLine?: (line: string) => void; signal?: AbortSignal; resultCodes?: readonly number[]} = {},
) {
  const cli = join(await temporaryFolder(), 'cli.cjs');
  await writeFile(cli, program);
  return callDeme(Result, {node, cli, args: ['engine', 'list'], ...options});
}

describe('a verb of the command line', () => {
  it('returns what it prints, and is heard while it works', async () => {
    const lines: string[] = [];
    const program = `process.stderr.write('sampling 1 %\\nsampl'); process.stderr.write('ing 2 %\\n');
      console.log(JSON.stringify({args: process.argv.slice(2)}));`;
    const result = await call(program, {onLine: (line) => lines.push(line)});
    expect(result).toEqual({args: ['engine', 'list', '--json']});
    expect(lines).toEqual(['sampling 1 %', 'sampling 2 %']);
  });

  it('is not heard where TensorFlow talks to its developers', async () => {
    const lines: string[] = [];
    const log = [
      '2026-01-01 00:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary ...',
      'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR',
      'I0000 00:00:1795906228.719392   14472 port.cc:153] oneDNN custom operations are on.',
      '88 % of the plane',
    ];
    const program = `process.stderr.write(${JSON.stringify(`${log.join('\n')}\n`)}); process.exit(9);`;
    await expect(call(program, {onLine: (line) => lines.push(line)})).rejects.toMatchObject({
      message: 'deme engine list ended with code 9: 88 % of the plane',
    });
    expect(lines).toEqual(['88 % of the plane']);
  });

  it('throws its own error', async () => {
    const error = {code: 'engine-missing', message: 'Not there.', hint: 'Install it.'};
    const program = `console.log(JSON.stringify({error: ${JSON.stringify(error)}})); process.exitCode = 2;`;
    await expect(call(program)).rejects.toMatchObject({name: 'UserError', ...error});
  });

  it('returns a result with another exit code where that is expected', async () => {
    const program = `console.log('{"args": []}'); process.exitCode = 2;`;
    expect(await call(program, {resultCodes: [2]})).toEqual({args: []});
    await expect(call(program)).rejects.toMatchObject({message: textContaining('ended with code 2')});
    await expect(call(program, {resultCodes: [3]})).rejects.toMatchObject({code: 'deme-broken'});
  });

  it.each([
    [`console.log('hello')`, 'deme engine list printed something else than a result: hello'],
    [`console.log('{"other": 1}')`, 'deme engine list printed something else than a result'],
    [`console.error('out of memory'); process.exit(9)`, 'deme engine list ended with code 9: out of memory'],
  ])('is told when it breaks: %s', async (program, message) => {
    await expect(call(program)).rejects.toMatchObject({code: 'deme-broken', message: textContaining(message)});
  });

  it('is ended when the user cancels', async () => {
    const abort = new AbortController();
    const waiting = call(`process.stderr.write('up\\n'); setInterval(() => {}, 1000)`, {
      signal: abort.signal,
      onLine: () => abort.abort(),
    });
    await expect(waiting).rejects.toMatchObject({code: 'deme-broken'});
  });

  it('is ended when it prints without an end', async () => {
    await expect(call(`for (;;) require('node:fs').writeSync(1, 'x'.repeat(1e6))`)).rejects.toMatchObject({
      code: 'deme-broken',
    });
  });
});
