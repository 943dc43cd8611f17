import {execFileSync} from 'node:child_process';
import {chmod, cp, mkdir, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

/**
 * What may lie in an output folder and cannot be read, each of a kind of its own; made from a run that can. The names are those of the
 * entries.
 */
export const oddRuns: Readonly<Record<string, (path: string, good: string) => Promise<void>>> = {
  loop: (path) => symlink('loop', path),
  nowhere: (path) => symlink('gone', path),
  'record-nowhere': async (path) => {
    await mkdir(path);
    await symlink('gone', join(path, 'run.json'));
  },
  'record-loop': async (path) => {
    await mkdir(path);
    await symlink('run.json', join(path, 'run.json'));
  },
  'record-folder': async (path) => void (await mkdir(join(path, 'run.json'), {recursive: true})),
  'record-pipe': async (path) => {
    await mkdir(path);
    execFileSync('mkfifo', [join(path, 'run.json')]);
  },
  locked: async (path) => {
    await mkdir(path);
    await chmod(path, 0);
  },
  'record-locked': async (path, good) => {
    await cp(good, path, {recursive: true});
    await chmod(join(path, 'run.json'), 0);
  },
  'record-elsewhere': async (path, good) => {
    await cp(good, path, {recursive: true});
    const text =
      '{"id": "../../elsewhere", "name": "digits", "tool": "t", "created": "2026-01-01T00:00:00Z", "config": "c"';
    await writeFile(
      join(path, 'run.json'),
      `${text}, "engine": {"name": "wasm", "version": "1", "device": "CPU", "threads": 1}}`,
    );
  },
};

/** Pipes in place of the files of a run that can be read: whoever opens one of them as a plain file waits for ever. */
export async function replaceByPipes(run: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await rm(join(run, file), {force: true, recursive: true});
    await mkdir(join(run, file, '..'), {recursive: true});
    execFileSync('mkfifo', [join(run, file)]);
  }
}
