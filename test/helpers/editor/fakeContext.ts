import {basename, join} from 'node:path';
import {Uri} from './fakeVscode.ts';

/** What an extension gets when it is activated, for an installation in `extensionPath`. */
export function extensionContext(extensionPath: string, storage: string) {
  return {
    subscriptions: [] as {dispose(): unknown}[],
    extensionPath,
    extensionUri: Uri.file(extensionPath),
    extension: {id: `deme-studio.${basename(extensionPath)}`},
    logUri: Uri.file(join(storage, 'logs')),
    globalStorageUri: Uri.file(join(storage, 'global')),
    workspaceState: memento(),
    globalState: memento(),
  };
}

/** A store that forgets. */
export function memento() {
  const values = new Map<string, unknown>();
  return {
    get: (key: string, fallback?: unknown) => values.get(key) ?? fallback,
    // Like the real one, it keeps what can be written as JSON.
    update: async (key: string, value: unknown) => void values.set(key, JSON.parse(JSON.stringify(value))),
    keys: () => [...values.keys()],
  };
}
