import * as vscode from 'vscode';
import {noticeText} from './shownText.ts';

type Show = (text: string, ...buttons: string[]) => Thenable<string | undefined>;

/** Shows notices, whatever their text quotes; each resolves with the button that was pressed. */
export const notify: Readonly<Record<'info' | 'warning' | 'error', Show>> = {
  info: (text, ...buttons) => vscode.window.showInformationMessage(noticeText(text), ...buttons),
  warning: (text, ...buttons) => vscode.window.showWarningMessage(noticeText(text), ...buttons),
  error: (text, ...buttons) => vscode.window.showErrorMessage(noticeText(text), ...buttons),
};
