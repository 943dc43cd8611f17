import * as vscode from 'vscode';
import {notify} from '../notify.ts';
import type {Run} from './run.ts';
import {runStateText} from './runText.ts';
import type {Runs} from './runs.ts';
import {settings} from '../settings.ts';

/** Where the workspace remembers which losses the user knows of. */
const memory = 'lostRunsTold';

/**
 * Offers to resume runs that were lost while no window was open, as by a restart of the machine. Each loss is reported once, not
 * at every reload; nothing where runs cannot be started.
 */
export async function offerLostRuns({workspaceState}: vscode.ExtensionContext, runs: Runs): Promise<void> {
  const lost = runs.all().filter(({state}) => state?.state === 'lost');
  const reported = workspaceState.get<readonly string[]>(memory, []);
  await workspaceState.update(memory, lost.map(lossOf));
  const fresh = lost.filter((run) => !reported.includes(lossOf(run)));
  const [first, ...others] = fresh;
  if (first === undefined || settings.notices() === 'none' || !vscode.workspace.isTrusted) return;
  const [text, button] = others.length === 0 ? [oneText(first), 'Resume'] : [severalText(fresh), 'Resume All'];
  const answer = await notify.warning(text, button);
  if (answer !== button) return;
  for (const {path} of fresh) await vscode.commands.executeCommand('deme.resume', path);
}

/** A run that was resumed and lost again is another loss. */
function lossOf({path, state}: Run): string {
  return `${path} ${state?.pid ?? 0} ${state?.started ?? 0}`;
}

function oneText(run: Run): string {
  return `${run.record.id}: ${runStateText(run)}.`;
}

function severalText(runs: readonly Run[]): string {
  const names = runs.map(({record}) => record.id);
  return `${runs.length} runs are lost, their processes are gone: ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.`;
}
