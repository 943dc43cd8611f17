import {beforeEach, expect, it} from 'vitest';
import {callCommand} from '../../../extension/panel/callCommand.ts';
import {panelCommands} from '../../../trainer/contract/overview/nextAction.ts';
import {editor} from '../../helpers/editor/fakeVscode.ts';
import {knownRun} from '../../helpers/runs/knownRun.ts';

beforeEach(() => editor.reset());

it('a command of the panel is called with what it is about', async () => {
  const run = knownRun();
  for (const command of panelCommands) await callCommand(run, command);
  const config = {path: '/project/digits.deme.yaml'};
  expect(editor.called).toMatchObject([
    ['deme.extend', run.path],
    ['deme.evaluate', config],
    ['deme.openConfig', config],
    ['deme.fetchModel', 'base'],
  ]);
});
