import {mkdir, writeFile} from 'node:fs/promises';
import {delimiter, dirname, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import * as z from 'zod';
import {Trainer} from '../../../extension/trainer/trainer.ts';
import {changeSetting, editor, grantTrust} from '../../helpers/editor/fakeVscode.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const log = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, show: () => {}};

/** A trainer whose verbs print their arguments. */
async function echoingTrainer(): Promise<Trainer> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  await writeFile(join(folder, 'dist', 'cli.js'), 'console.log(JSON.stringify(process.argv.slice(2)))');
  return new Trainer(folder, folder, log);
}

describe('the programs of the trainer', () => {
  beforeEach(() => {
    editor.reset();
    grantTrust();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    editor.reset();
  });

  it.each([
    ["in the editor's own runtime with the engine that is sure to work there", '', ['--engine', 'wasm']],
    ['in a Node program with the engine that the verb finds', dirname(process.execPath), []],
  ])('compute %s', async (_, path, engine) => {
    vi.stubEnv('PATH', [path, ''].join(delimiter));
    changeSetting('deme.nodePath', '');
    const trainer = await echoingTrainer();
    const measure = ['measure', 'loss', 'run'];
    expect(await trainer.compute(z.array(z.string()), measure)).toEqual([...measure, ...engine, '--json']);
    expect((await trainer.commandLine(measure)).args.slice(1)).toEqual([...measure, ...engine]);
    expect(await trainer.deme(z.array(z.string()), ['engine', 'list'])).toEqual(['engine', 'list', '--json']);
    trainer.dispose();
  });
});
