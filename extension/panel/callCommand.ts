import * as vscode from 'vscode';
import type {PanelCommand} from '../../trainer/contract/overview/nextAction.ts';
import {configFileOf, type Run} from '../runs/run.ts';

/** Calls the command that a panel asks for, about one of its runs. The command asks for trust itself, and shows its errors. */
export async function callCommand(run: Run, command: PanelCommand): Promise<void> {
  const [name, argument] = callOf(run, command);
  await vscode.commands.executeCommand(name, argument);
}

function callOf(run: Run, command: PanelCommand): readonly [name: string, argument: string | vscode.Uri | undefined] {
  switch (command) {
    case 'extend':
      return ['deme.extend', run.path];
    case 'evaluate':
    case 'openConfig':
      return [`deme.${command}`, vscode.Uri.file(configFileOf(run))];
    case 'fetchBase':
      return ['deme.fetchModel', run.config.config.base];
  }
}
