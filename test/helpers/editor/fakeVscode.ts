import {readdir, readFile, rm, stat} from 'node:fs/promises';
import {join, relative} from 'node:path';
import {
  Disposable,
  EventEmitter,
  FileType,
  Uri,
  type Diagnostic,
  type Task,
  type WorkspaceEdit,
} from './fakeVscodeTypes.ts';

export * from './fakeVscodeTypes.ts';

/**
 * Stands in for the module `vscode` in unit tests: the values and events that the extension uses, and nothing that draws. `editor` is
 * what a test sets and looks at.
 */
export const editor = {
  settings: new Map<string, unknown>(),
  contextKeys: new Map<string, unknown>(),
  handlers: new Map<string, (...args: unknown[]) => unknown>(),
  /** Commands of the editor itself that were called. */
  called: [] as [string, ...unknown[]][],
  /** Messages that were shown, with their buttons. */
  messages: [] as {kind: 'information' | 'warning' | 'error'; text: string; buttons: string[]}[],
  /** Answers to the next questions: what is picked, typed or pressed. */
  answers: [] as unknown[],
  /** Files that were proposed for saving. */
  proposals: [] as (string | undefined)[],
  statusItems: [] as StatusItem[],
  treeViews: [] as {badge?: {value: number; tooltip: string}; message?: string}[],
  clipboard: '',
  /** Tasks that were started. */
  tasks: [] as Task[],
  /** Back to an editor that was just opened. */
  reset(): void {
    this.settings.clear();
    this.contextKeys.clear();
    this.handlers.clear();
    this.called = [];
    this.messages = [];
    this.answers = [];
    this.proposals = [];
    this.statusItems = [];
    this.treeViews = [];
    this.tasks = [];
    workspace.isTrusted = true;
    workspace.workspaceFolders = undefined;
    workspace.textDocuments = [];
    window.activeTextEditor = undefined;
  },
};

interface StatusItem {
  text: string;
  tooltip: string;
  isShown: boolean;
}

const nothing = () => new Disposable(() => undefined);

/** Diagnostics of all collections, by file. */
const diagnostics = new Map<string, readonly Diagnostic[]>();

const documentOpened = new EventEmitter<TextDocument>();
const documentChanged = new EventEmitter<{document: TextDocument}>();
const documentClosed = new EventEmitter<TextDocument>();
const settingsChanged = new EventEmitter<{affectsConfiguration(key: string): boolean}>();
const trustGranted = new EventEmitter<void>();
const activeEditorChanged = new EventEmitter<{document: TextDocument} | undefined>();

/** A document with the text given. */
export class TextDocument {
  version = 1;
  isClosed = false;
  isDirty = false;

  constructor(
    readonly uri: Uri,
    private text: string,
  ) {}

  getText(): string {
    return this.text;
  }

  async save(): Promise<boolean> {
    return true;
  }

  /** Has the user type. */
  change(text: string): void {
    this.text = text;
    this.version++;
    documentChanged.fire({document: this});
  }
}

/** Opens a document as a user does. */
export function openDocument(path: string, text: string): TextDocument {
  const document = new TextDocument(Uri.file(path), text);
  workspace.textDocuments.push(document);
  documentOpened.fire(document);
  return document;
}

export function closeDocument(document: TextDocument): void {
  document.isClosed = true;
  workspace.textDocuments = workspace.textDocuments.filter((each) => each !== document);
  documentClosed.fire(document);
}

/** Changes a setting as a user does. */
export function changeSetting(key: string, value: unknown): void {
  editor.settings.set(key, value);
  settingsChanged.fire({affectsConfiguration: (each) => each === key});
}

/** Brings a document to the front as a user does. */
export function showDocument(document: TextDocument): void {
  window.activeTextEditor = {document};
  activeEditorChanged.fire(window.activeTextEditor);
}

/** Has the user trust the workspace. */
export function grantTrust(): void {
  workspace.isTrusted = true;
  trustGranted.fire();
}

export const workspace = {
  isTrusted: true,
  workspaceFolders: undefined as {uri: Uri; name: string}[] | undefined,
  textDocuments: [] as TextDocument[],
  getConfiguration: (section: string) => ({get: (key: string) => editor.settings.get(`${section}.${key}`)}),
  onDidChangeConfiguration: settingsChanged.event,
  onDidOpenTextDocument: documentOpened.event,
  onDidChangeTextDocument: documentChanged.event,
  onDidCloseTextDocument: documentClosed.event,
  onDidSaveTextDocument: nothing,
  onDidChangeWorkspaceFolders: nothing,
  onDidGrantWorkspaceTrust: trustGranted.event,
  createFileSystemWatcher: () => ({
    onDidCreate: nothing,
    onDidChange: nothing,
    onDidDelete: nothing,
    dispose: () => undefined,
  }),
  openTextDocument: async (uri: Uri) =>
    workspace.textDocuments.find((each) => each.uri.path === uri.path) ??
    new TextDocument(uri, await readFile(uri.path, 'utf8')),
  applyEdit: async (edit: WorkspaceEdit) => void editor.called.push(['applyEdit', edit]),
  asRelativePath: (place: Uri | string) =>
    relative(workspace.workspaceFolders?.[0]?.uri.path ?? '/', typeof place === 'string' ? place : place.path),
  getWorkspaceFolder: (uri: Uri) => workspace.workspaceFolders?.find((folder) => uri.path.startsWith(folder.uri.path)),
  fs: {
    readFile: (uri: Uri) => readFile(uri.path),
    stat: async (uri: Uri) => ({type: fileType(await stat(uri.path))}),
    delete: (uri: Uri) => rm(uri.path, {recursive: true}),
    readDirectory: async (uri: Uri) =>
      Promise.all(
        (await readdir(uri.path, {withFileTypes: true})).map(async (entry): Promise<[string, number]> => [
          entry.name,
          fileType(entry.isSymbolicLink() ? await stat(join(uri.path, entry.name)).catch(() => entry) : entry) |
            (entry.isSymbolicLink() ? FileType.SymbolicLink : 0),
        ]),
      ),
  },
};

/** 0 for what is neither a file nor a folder, as VS Code has it. */
function fileType(entry: {isDirectory(): boolean; isFile(): boolean}): number {
  return entry.isDirectory() ? FileType.Directory : entry.isFile() ? FileType.File : 0;
}

function show(kind: 'information' | 'warning' | 'error') {
  return async (text: string, ...rest: unknown[]) => {
    editor.messages.push({kind, text, buttons: rest.filter((each) => typeof each === 'string')});
    return editor.answers.shift();
  };
}

const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  show: () => undefined,
  dispose: () => undefined,
};

export const window = {
  activeTextEditor: undefined as {document: TextDocument} | undefined,
  onDidChangeActiveTextEditor: activeEditorChanged.event,
  createOutputChannel: () => log,
  createTreeView: () => {
    const view = {badge: undefined, message: undefined, dispose: () => undefined};
    editor.treeViews.push(view);
    return view;
  },
  createStatusBarItem: () => {
    const item = {
      text: '',
      tooltip: '',
      isShown: false,
      show: () => void (item.isShown = true),
      hide: () => void (item.isShown = false),
      dispose: () => undefined,
    };
    editor.statusItems.push(item);
    return item;
  },
  showInformationMessage: show('information'),
  showWarningMessage: show('warning'),
  showErrorMessage: show('error'),
  showQuickPick: async (items: readonly {label: string}[], options: {canPickMany?: boolean} = {}) => {
    const answer = editor.answers.shift();
    if (options.canPickMany)
      return Array.isArray(answer) ? items.filter(({label}) => answer.includes(label)) : undefined;
    return items.find((item) => item === answer || item.label === answer);
  },
  showInputBox: async () => editor.answers.shift(),
  showOpenDialog: async () => editor.answers.shift(),
  /** Asks where to save; `editor.proposals` has the places that were proposed. */
  showSaveDialog: async (options?: {defaultUri?: Uri}) => {
    editor.proposals.push(options?.defaultUri?.fsPath);
    return editor.answers.shift();
  },
  showTextDocument: async (document: Uri | TextDocument, ...options: unknown[]) =>
    void editor.called.push(['showTextDocument', document, ...options]),
  setStatusBarMessage: nothing,
  registerWebviewPanelSerializer: nothing,
  withProgress: (_: unknown, task: (progress: unknown, token: unknown) => unknown) =>
    task({report: () => undefined}, {onCancellationRequested: nothing}),
};

export const commands = {
  registerCommand: (id: string, handler: (...args: unknown[]) => unknown) => {
    if (editor.handlers.has(id)) throw new Error(`${id} is registered twice`);
    editor.handlers.set(id, handler);
    return new Disposable(() => editor.handlers.delete(id));
  },
  executeCommand: async (id: string, ...args: unknown[]) => {
    if (id === 'setContext') return void editor.contextKeys.set(String(args[0]), args[1]);
    const handler = editor.handlers.get(id);
    return handler === undefined ? void editor.called.push([id, ...args]) : handler(...args);
  },
};

export const languages = {
  createDiagnosticCollection: () => ({
    set: (uri: Uri, found: readonly Diagnostic[]) => void diagnostics.set(uri.path, found),
    delete: (uri: Uri) => void diagnostics.delete(uri.path),
    dispose: () => diagnostics.clear(),
  }),
  getDiagnostics: (uri: Uri) => diagnostics.get(uri.path) ?? [],
  registerCodeActionsProvider: provider('codeActions'),
  registerCodeLensProvider: provider('codeLenses'),
  registerCompletionItemProvider: provider('completion'),
  registerHoverProvider: provider('hover'),
};

/** What was registered last for a language feature. */
export const providers = new Map<string, unknown>();

function provider(name: string) {
  return (_: unknown, value: unknown) => {
    providers.set(name, value);
    return new Disposable(() => providers.delete(name));
  };
}

export const tasks = {executeTask: async (task: Task) => void editor.tasks.push(task)};

export const env = {
  clipboard: {writeText: async (text: string) => void (editor.clipboard = text)},
  openExternal: async (target: Uri) => void editor.called.push(['openExternal', target]),
};
