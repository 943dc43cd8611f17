import {readFile, stat} from 'node:fs/promises';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {EngineConfig} from '../../contract/config/config.ts';
import {toErrorRecord} from '../../contract/errors.ts';
import type {NodeReport} from '../../contract/launch/nodeReport.ts';
import {jobMemory, ownCores} from '../../launch/jobResources.ts';
import {nvidiaGpus} from '../../launch/nvidiaGpus.ts';
import {probeEngine} from '../../launch/probeEngine.ts';
import {cacheFolder} from '../../store/files/cacheFolder.ts';
import {freeBytes} from '../../store/files/freeSpace.ts';
import {readJson, writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {hashFile} from '../../store/hashes/sha256.ts';
import {trainerEntry} from '../owner/trainerEntry.ts';
import {cudaSetting} from '../resources/cudaSetting.ts';

/** Files of a check, in a folder of its own. */
export const checkFiles = {
  nonce: (folder: string) => join(folder, 'nonce'),
  engine: (folder: string) => join(folder, 'engine.json'),
  report: (folder: string) => join(folder, 'report.json'),
} as const;

/** Writes down what the node of this job is like, beside what whoever asks has written there. */
export async function writeNodeReport(folder: string): Promise<void> {
  const file = checkFiles.nonce(folder);
  const nonce = await readFile(file, 'utf8');
  const engine = await readJson(checkFiles.engine(folder), EngineConfig, 'the engine of the config');
  const free = await freeBytes(folder);
  const memory = jobMemory();
  const report: NodeReport = {
    format: 1,
    nonce,
    host: hostname(),
    node: process.version,
    program: await hashFile(trainerEntry()),
    time: Date.now(),
    diskTime: 0,
    cores: ownCores(),
    memory: Number.isFinite(memory) ? memory : null,
    gpus: (await nvidiaGpus()).map(({name}) => name),
    ...(await engineOf(engine)),
    free: Number.isFinite(free) ? free : null,
    cache: cacheFolder().path,
  };
  const path = checkFiles.report(folder);
  await writeJsonAtomic(`${path}.first`, report);
  const {mtimeMs: diskTime} = await stat(`${path}.first`);
  await writeJsonAtomic(path, {...report, time: Date.now(), diskTime});
}

async function engineOf(config: EngineConfig): Promise<Pick<NodeReport, 'engine' | 'error'>> {
  try {
    const {gpus, libraryFolders} = await cudaSetting(config);
    return {engine: await probeEngine(trainerEntry(), config, {gpu: gpus[0], libraryFolders}), error: null};
  } catch (error) {
    return {engine: null, error: toErrorRecord(error)};
  }
}
