import {join} from 'node:path';
import type {Command} from 'commander';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {program} from '../../../trainer/cli/program.ts';
import {ErrorRecord} from '../../../trainer/contract/errors.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const verbs =
  'validate run pretrain finetune search evaluate benchmark merge measure analyse plane fetch inspect sample predict runs stop pause resume extend engine';

/** Verbs that do something themselves: `engine list`, not `engine`. */
function leaves(command: Command, name = ''): [string, string[]][] {
  if (command.commands.length === 0) return [[name.trim(), command.options.map(({long}) => long ?? '')]];
  return command.commands.flatMap((child) => leaves(child, `${name} ${child.name()}`));
}

const all = leaves(await program());

describe('deme', () => {
  it('names all verbs in its help', async () => {
    const {code, stdout} = await deme(['--help']);
    expect(code).toBe(0);
    for (const verb of verbs.split(' ')) expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
  });

  it.each(all)('takes --json: %s', (_, options) => {
    expect(options).toContain('--json');
  });

  it.each(all)('has the same options where only its own verb is loaded: %s', async (name, options) => {
    const [verb] = name.split(' ');
    const alone = leaves(await program(verb));
    expect(Object.fromEntries(alone)[name]).toEqual(options);
    expect(alone.length).toBeLessThan(all.length / 2);
  });

  it.each('run pretrain finetune search evaluate benchmark merge sample predict'.split(' '))(
    'takes --engine: %s',
    (verb) => {
      expect(Object.fromEntries(all)[verb]).toContain('--engine');
    },
  );

  it.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['run'], "missing required argument 'config'"],
    [['run', 'x', '--engine', 'abacus'], 'Allowed choices are auto, tensorflow, webgpu, wasm.'],
    [['finetune', 'x', '--range', 'first'], 'Give a whole number from 0.'],
    [['benchmark', 'mnist'], 'Allowed choices are cifar10, lsun-church, lsun-bedroom'],
    [['benchmark', 'digits', '--scale', '1.5'], 'Give a number above 0 and at most 1.'],
    [['engine', 'install', 'tensorflow', '--cpu', '--cuda'], 'cannot be used with'],
  ])('ends with 2 for wrong usage: %j', async (args, message) => {
    const {code, stdout, stderr} = await deme(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });

  it('tells a mistake in one line with where and what to do, and ends with 2', async () => {
    const folder = await temporaryFolder();
    const {code, stdout, stderr} = await deme(['run', 'none.deme.yaml'], {cwd: folder});
    expect({code, stdout, stderr}).toEqual({
      code: 2,
      stdout: '',
      stderr: 'deme: none.deme.yaml: Cannot read the config file: it is not there (ENOENT).\n',
    });
  });

  it('tells a mistake as a record with --json', async () => {
    const {code, stdout, stderr} = await deme(['inspect', join(await temporaryFolder(), 'none'), '--json']);
    expect(code).toBe(2);
    expect(stderr).toBe('');
    const {error} = z.strictObject({error: ErrorRecord}).parse(JSON.parse(stdout));
    expect(error.code).toBe('model-missing');
  });
});
