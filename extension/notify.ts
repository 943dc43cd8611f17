import * as vscode from 'vscode';

type Show = (text: string, ...buttons: string[]) => Promise<string | undefined>;

/** Shows notices, whatever their text quotes; each resolves with the button that was pressed. */
export const notify: Readonly<Record<'info' | 'warning' | 'error', Show>> = {
  info: async (text, ...buttons) => vscode.window.showInformationMessage(await plain(text), ...buttons),
  warning: async (text, ...buttons) => vscode.window.showWarningMessage(await plain(text), ...buttons),
  error: async (text, ...buttons) => vscode.window.showErrorMessage(await plain(text), ...buttons),
};

async function plain(text: string): Promise<string> {
  const {noticeText} = await import('./shownText.ts');
  return noticeText(text);
}
