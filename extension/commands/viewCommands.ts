import * as vscode from 'vscode';
import {requireRegular} from '../../trainer/store/files/regularFile.ts';
import type {Handler, Studio} from '../studio.ts';
import {sortOrders, type SortOrder} from '../views/experimentNodes.ts';
import {openWalkthrough} from '../walkthrough.ts';

/** Commands about what is shown. */
export const viewCommands: Readonly<Record<string, Handler>> = {
  'deme.refreshRuns': ({runs}) => runs.refresh(),
  'deme.filterRuns': filter,
  'deme.clearFilter': ({experiments}) => experiments.choose({filter: ''}),
  'deme.sortRuns': sort,
  'deme.showLog': ({log}) => log.show(),
  'deme.openFile': async (_, path) => {
    if (typeof path !== 'string') return;
    await requireRegular(path);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path));
  },
  'deme.openWalkthrough': ({context}) => openWalkthrough(context.extension.id),
};

const sortNames: Readonly<Record<SortOrder, string>> = {
  newest: 'Newest first',
  name: 'By name',
  state: 'By state, what runs first',
  loss: 'By held-out loss, the best first',
};

async function filter({experiments}: Studio): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: 'Show only runs with',
    prompt: 'Words of their name, state, tags or note; empty for all',
    value: experiments.choice.filter,
  });
  if (text !== undefined) await experiments.choose({filter: text.trim().toLowerCase()});
}

async function sort({experiments}: Studio): Promise<void> {
  const items = sortOrders.map((order) => ({
    label: sortNames[order],
    description: order === experiments.choice.sort ? 'now' : '',
    order,
  }));
  const chosen = await vscode.window.showQuickPick(items, {placeHolder: 'In which order?'});
  if (chosen !== undefined) await experiments.choose({sort: chosen.order});
}
