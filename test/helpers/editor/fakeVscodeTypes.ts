import {join} from 'node:path';

/** The classes and constants of the module `vscode` that the extension uses, as plain values. */
type Listener<T> = (value: T) => unknown;

export class Disposable {
  constructor(readonly act: () => void) {}

  static from(...all: {dispose(): unknown}[]): Disposable {
    return new Disposable(() => all.forEach((each) => void each.dispose()));
  }

  dispose(): void {
    this.act();
  }
}

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();

  readonly event = (listener: Listener<T>): Disposable => {
    this.#listeners.add(listener);
    return new Disposable(() => this.#listeners.delete(listener));
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly path: string,
  ) {}

  static file(path: string): Uri {
    return new Uri('file', path);
  }

  static parse(text: string): Uri {
    const at = text.indexOf(':');
    return new Uri(text.slice(0, at), text.slice(at + 1).replace(/^\/\//, ''));
  }

  static joinPath(uri: Uri, ...parts: string[]): Uri {
    return new Uri(uri.scheme, join(uri.path, ...parts));
  }

  get fsPath(): string {
    return this.path;
  }

  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}

  isBefore(other: Position): boolean {
    return this.line < other.line || (this.line === other.line && this.character < other.character);
  }
}

export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(...at: [Position, Position] | [number, number, number, number]) {
    const [a, b, c, d] = at;
    this.start = typeof a === 'number' ? new Position(a, b as number) : a;
    this.end = typeof a === 'number' ? new Position(c as number, d as number) : (b as Position);
  }

  intersection(other: Range): Range | undefined {
    const start = this.start.isBefore(other.start) ? other.start : this.start;
    const end = this.end.isBefore(other.end) ? this.end : other.end;
    return end.isBefore(start) ? undefined : new Range(start, end);
  }
}

export class Diagnostic {
  source?: string;
  code?: string;

  constructor(
    readonly range: Range,
    readonly message: string,
    readonly severity: number,
  ) {}
}

export class WorkspaceEdit {
  readonly edits: {uri: Uri; range: Range; text: string}[] = [];

  replace(uri: Uri, range: Range, text: string): void {
    this.edits.push({uri, range, text});
  }
}

export class CodeAction {
  diagnostics?: Diagnostic[];
  edit?: WorkspaceEdit;
  command?: unknown;
  isPreferred?: boolean;

  constructor(
    readonly title: string,
    readonly kind: string,
  ) {}
}

export class CodeLens {
  constructor(
    readonly range: Range,
    readonly command?: {title: string; command: string; arguments?: unknown[]},
  ) {}
}

export class CompletionItem {
  insertText?: string;

  constructor(
    readonly label: string,
    readonly kind: number,
  ) {}
}

export class MarkdownString {
  constructor(public value = '') {}

  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }

  appendText(text: string): this {
    this.value += text;
    return this;
  }
}

export class Hover {
  constructor(
    readonly contents: MarkdownString,
    readonly range: Range,
  ) {}
}

export class TreeItem {
  id?: string;
  description?: string;
  contextValue?: string;

  constructor(
    readonly label: string,
    readonly collapsibleState = 0,
  ) {}
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class ThemeIcon {
  constructor(
    readonly id: string,
    readonly color?: ThemeColor,
  ) {}
}

export class CancellationError extends Error {}

export const DiagnosticSeverity = {Error: 0, Warning: 1} as const;
export const CodeActionKind = {QuickFix: 'quickfix'} as const;
export const CompletionItemKind = {Property: 9, Value: 11} as const;
export const TreeItemCollapsibleState = {None: 0, Collapsed: 1, Expanded: 2} as const;
export const StatusBarAlignment = {Left: 1, Right: 2} as const;
export const ProgressLocation = {Window: 10, Notification: 15} as const;
export const ViewColumn = {Active: -1, Beside: -2} as const;
export const FileType = {File: 1, Directory: 2, SymbolicLink: 64} as const;

export class ProcessExecution {
  constructor(
    readonly process: string,
    readonly args: readonly string[],
    readonly options: {readonly cwd?: string; readonly env?: Readonly<Record<string, string>>} = {},
  ) {}
}

export class Task {
  presentationOptions: unknown;

  constructor(
    readonly definition: unknown,
    readonly scope: unknown,
    readonly name: string,
    readonly source: string,
    readonly execution: ProcessExecution,
  ) {}
}

export const TaskRevealKind = {Always: 1, Silent: 2, Never: 3} as const;
export const TaskPanelKind = {Shared: 1, Dedicated: 2, New: 3} as const;
