import * as vscode from 'vscode';
import {UserError} from '../../trainer/contract/errors.ts';

/** Throws a UserError in a workspace that the user has not said to trust: its files decide what is computed and where it is written. */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError('workspace-untrusted', 'This workspace is not trusted, so nothing is run in it.', {
    hint: 'Trust it by the command Manage Workspace Trust.',
  });
}
