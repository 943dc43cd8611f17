import {execFileSync} from 'node:child_process';
import {expect, it} from 'vitest';
import {runCommands} from '../../../../extension/commands/runCommands.ts';
import {runCommand} from '../../../../extension/panel/runs/runCommand.ts';
import type {Studio} from '../../../../extension/studio.ts';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import {editor} from '../../../helpers/editor/fakeVscode.ts';
import {knownRun} from '../../../helpers/runs/knownRun.ts';

const run = knownRun();

/** The command of a run in a folder, by a config of this text. */
function commandIn(folder: string, text?: string): string {
  const config = text === undefined ? run.config.config : parseConfig(text, 'digits.deme.yaml');
  return runCommand({...run, config: {...run.config, folder, config}});
}

it('the command of a run names its config and its engine, quoted where a shell would change it', () => {
  expect(commandIn('/project')).toBe('deme run /project/digits.deme.yaml --engine wasm');
  expect(commandIn('/my $HOME')).toBe(`deme run '/my $HOME/digits.deme.yaml' --engine wasm`);
  const pretrain = 'name: a\ndata: {kind: mnist}\npretrain: {model: {}, updates: 5}\n';
  expect(commandIn('/project', pretrain)).toBe('deme pretrain /project/digits.deme.yaml --engine wasm');
});

it.skipIf(process.platform === 'win32')('no name of a folder runs anything in a shell', () => {
  const names = ['$(echo run)', '\\$(echo run)', 'a\\', "it's", '"; echo run; "', '`echo run`', 'a\nb', '~', '!!', '*'];
  for (const name of names) {
    const command = commandIn(`/my ${name}`);
    expect(execFileSync('sh', ['-c', command.replace('deme', 'printf "%s|"')], {encoding: 'utf8'})).toBe(
      `run|/my ${name}/digits.deme.yaml|--engine|wasm|`,
    );
  }
});

it('the command of the row of a run is copied', async () => {
  editor.reset();
  const studio = {experiments: {node: () => ({run})}, runs: {get: () => run}} as unknown as Studio;
  await runCommands['deme.copyRunCommand']?.(studio, 'run:row');
  expect(editor.clipboard).toBe('deme run /project/digits.deme.yaml --engine wasm');
});
