import {stat} from 'node:fs/promises';
import {basename, join, relative, resolve, sep} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import type {ExpertSnapshot} from '../../contract/run/snapshots/expertSnapshot.ts';
import type {InputsRecord} from '../../contract/run/inputsRecord.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {modelName, type RunModel} from '../../contract/run/runModel.ts';
import {makerOf, stageName, type Stage} from '../../contract/run/stage.ts';
import type {Datasets} from '../../data/dataset.ts';
import {openData} from '../../data/openData.ts';
import {walkFiles} from '../../data/walkFiles.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {knownHash} from '../../store/hashes/knownHash.ts';
import {modelPath, requireBase, runPaths} from '../../store/run/runPaths.ts';
import {RunPlace} from '../../store/run/runPlace.ts';
import {readStageRecord} from '../../store/run/stageRecord.ts';
import {readModelFolder} from '../../store/weights/modelFolder.ts';
import {dataFiles, stampOf} from '../graph/dataStamp.ts';
import {evaluationInput} from '../graph/evaluationInputs.ts';
import {
  baseHashes,
  baseText,
  expertText,
  imagesText,
  inputChanged,
  knownInputs,
  rangesText,
  evaluationText,
  weightsHashOf,
} from '../graph/runInputs.ts';
import {runRanges} from '../runRanges.ts';
import {makeFolders} from '../../store/files/makeFolders.ts';

/**
 * Opens what a stage reads, and makes sure that it is what the run began with, and stays so while it is read. The key of a stage, by which
 * later runs take its result over, names these inputs: a result that was computed from others must never get it.
 */
export class InputWatch {
  /** How the files of the images looked when they were opened. */
  #images: ReadonlyMap<string, string> | null = null;

  private constructor(
    readonly run: string,
    readonly resolved: ResolvedConfig,
    readonly begun: InputsRecord,
    readonly place: RunPlace,
  ) {}

  /** @param begun what the run began with */
  static async open(run: string, resolved: ResolvedConfig, begun: InputsRecord): Promise<InputWatch> {
    return new InputWatch(run, resolved, begun, await RunPlace.open(run));
  }

  /** The images of the run. From here on `check` looks at their files. */
  async openData(onSkip: (message: string) => void, onNote: (message: string) => void): Promise<Datasets> {
    const {config, folder} = this.resolved;
    if (config.data === undefined) throw new Error('there is no data to open');
    const files = await dataFiles(config.data, folder, onSkip);
    if (stampOf(config.data, files) !== this.begun.data?.stamps.at(-1)) {
      throw inputChanged(imagesText, config.data.path ?? folder);
    }
    this.#images = files && looks(files);
    return openData(config.data, folder, onSkip, onNote, files ?? undefined);
  }

  /**
   * Reads a file or folder that samples are drawn by or compared with, or by `input` another that counts as one of these, by its path in the config;
   * throws a UserError where it is or becomes another.
   */
  async readingInput<T>(path: string, read: (path: string) => Promise<T>, input = evaluationInput): Promise<T> {
    const {folder} = this.resolved;
    const requireKnown = async () => {
      const now = (await input(path, folder)).stamps[0];
      if (now !== this.begun.evaluation[path]?.stamps.at(-1)) throw inputChanged(evaluationText, path);
    };
    await requireKnown();
    const result = await read(resolve(folder, path));
    await requireKnown();
    return result;
  }

  /** Reads models of the run; throws a UserError where one of them is not as it should be, or changes meanwhile. */
  async reading<T>(models: readonly RunModel[], read: () => Promise<T>): Promise<T> {
    const folders = models.map((model) => modelPath(this.run, this.resolved, model));
    return this.#readingFolders(folders, () => each(models, (model) => this.#requireKnown(model)), read);
  }

  /** The same for snapshots of experts, which the run has made. */
  async readingSnapshots<T>(snapshots: readonly ExpertSnapshot[], read: () => Promise<T>): Promise<T> {
    const folders = snapshots.map((snapshot) => runPaths.snapshot(this.run, snapshot));
    const requireRecorded = ({expert, update}: ExpertSnapshot) => {
      const path = runPaths.snapshot(this.run, {expert, update});
      return this.#requireRecorded({kind: 'expert', index: expert}, path, basename(path));
    };
    return this.#readingFolders(folders, () => each(snapshots, requireRecorded), read);
  }

  async #readingFolders<T>(
    folders: readonly string[],
    requireKnown: () => Promise<void>,
    read: () => Promise<T>,
  ): Promise<T> {
    const before = await Promise.all(folders.map(stampsOf));
    await requireKnown();
    const result = await read();
    for (const [i, folder] of folders.entries()) {
      const file = difference(before[i] ?? new Map(), await stampsOf(folder), isSameFile);
      if (file !== null) throw inputChanged('A file that was being read', join(folder, file));
    }
    return result;
  }

  /** The timesteps of each expert. */
  async ranges(timesteps: number): Promise<TimestepRange[]> {
    const ranges = await runRanges(this.run, this.resolved, timesteps);
    const {ranges: begun} = this.begun;
    if (begun.length > 0 && String(begun) !== String(ranges)) throw inputChanged(rangesText, this.resolved.folder);
    return ranges;
  }

  /** Makes a folder of the run, unless the run is gone. */
  async makeFolder(path: string): Promise<void> {
    await this.place.check();
    makeFolders(path);
  }

  /** Throws a UserError where images have changed since they were opened, or the run folder is gone: before a result is kept. */
  async check(): Promise<void> {
    await this.place.check();
    const {config, folder} = this.resolved;
    if (this.#images === null || config.data === undefined) return;
    const now = await dataFiles(config.data, folder);
    const file = difference(this.#images, now === null ? new Map() : looks(now));
    if (file !== null) throw inputChanged('An image file', join(folder, config.data.path ?? '', file));
  }

  /** Throws the error with which a stage ended, or what led to it: an image that is read while it is written looks damaged. */
  async rethrow(error: unknown): Promise<never> {
    if (error instanceof UserError) await this.check();
    throw error;
  }

  async #requireKnown(model: RunModel): Promise<void> {
    const {resolved, begun} = this;
    const path = modelPath(this.run, resolved, model);
    if (model.kind === 'base') {
      const base = requireBase(resolved);
      const now = await baseHashes(base);
      const part = Object.keys(now).find((each) => now[each] !== begun.base[each]);
      if (part !== undefined) throw inputChanged(baseText(part), base);
    } else if (model.kind === 'expert' && resolved.config.experts) {
      if ((await weightsHashOf(path)) !== begun.experts[model.index]) throw inputChanged(expertText(model.index), path);
    } else {
      await this.#requireRecorded(makerOf(model), path, modelName(model));
    }
  }

  /** A model that the run made must be the one that its stage has recorded. */
  async #requireRecorded(maker: Stage | null, path: string, name: string): Promise<void> {
    const record = maker && (await readStageRecord(this.run, stageName(maker)));
    if (record?.outputs === undefined) return;
    for (const file of (await readModelFolder(path)).weightsFiles) {
      const recorded = record.outputs[relative(this.run, file).split(sep).join('/')];
      if ((await knownHash(file)) === recorded) continue;
      throw new UserError('result-changed', `These are not the weights that the run made as ${name}.`, {
        where: file,
        hint: 'Resume the run: the stage that made them runs again.',
      });
    }
  }
}

/** A watch for readers of a run. */
export async function watchInputs(run: string, resolved: ResolvedConfig): Promise<InputWatch> {
  return InputWatch.open(run, resolved, await knownInputs(run, resolved));
}

async function each<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  for (const item of items) await act(item);
}

type Looks = ReadonlyMap<string, string>;

function looks(files: readonly {name: string; size: number; modified: number}[]): Looks {
  return new Map(files.map(({name, size, modified}) => [name, `${size} ${modified}`]));
}

/** How the files of a model look: also the inode and the time of the last change, which a replaced file cannot keep. */
async function stampsOf(model: string): Promise<Looks> {
  const files = await walkFiles(model, () => undefined);
  const stamps = await Promise.all(
    files.map(async ({path, name}): Promise<[string, string]> => {
      const {size, ino, mtimeNs, nlink, ctimeNs} = await stat(path, {bigint: true});
      return [name, [`${size} ${ino} ${mtimeNs}`, nlink, ctimeNs].join(stampParts)];
    }),
  );
  return new Map(stamps);
}

const stampParts = '; ';

/** Another stage that links a component into the model that it writes changes the number of links, and with it the time of the last change. */
function isSameFile(before = '', after = ''): boolean {
  const [content, links] = before.split(stampParts);
  const [contentNow, linksNow] = after.split(stampParts);
  return before === after || (content === contentNow && links !== linksNow);
}

/** The first name with another look; null where all are the same. */
function difference(
  before: Looks,
  after: Looks,
  isSame = (one: string | undefined, other: string | undefined) => one === other,
): string | null {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.find((name) => !isSame(before.get(name), after.get(name))) ?? null;
}
