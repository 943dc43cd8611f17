import type * as vscode from 'vscode';

/** Owns disposables and disposes them together, last first; what comes after that is disposed at once. */
export class DisposableStore implements vscode.Disposable {
  readonly #owned: vscode.Disposable[] = [];
  #isDisposed = false;

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  add<T extends vscode.Disposable>(disposable: T): T {
    if (this.#isDisposed) disposable.dispose();
    else this.#owned.push(disposable);
    return disposable;
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const disposable of this.#owned.splice(0).reverse()) disposable.dispose();
  }
}
