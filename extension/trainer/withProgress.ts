import * as vscode from 'vscode';

/** Reports a line that a trainer program says; `sampling 42 %` moves the bar. */
export type ReportLine = (line: string) => void;

/** Shows a task that the user waits for, and may cancel, as a notice; its lines are its progress. Throws CancellationError. */
export async function withProgress<T>(
  title: string,
  task: (signal: AbortSignal, report: ReportLine) => Promise<T>,
): Promise<T> {
  const options = {location: vscode.ProgressLocation.Notification, title, cancellable: true};
  return vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    let shown = 0;
    const report = (line: string) => {
      const percent = Number(/(\d+(?:\.\d+)?) ?%/.exec(line)?.[1] ?? shown);
      progress.report({message: line, increment: Math.max(0, percent - shown)});
      shown = Math.max(shown, percent);
    };
    try {
      return await task(abort.signal, report);
    } catch (error) {
      if (abort.signal.aborted) throw new vscode.CancellationError();
      throw error;
    }
  });
}
