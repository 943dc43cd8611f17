import {nullForUserError} from '../../contract/errors.ts';
import {runExperts, type ResolvedConfig} from '../../contract/run/pipeline.ts';
import {SchedulerConfig} from '../../contract/model/schedulerConfig.ts';
import {trainingKeys} from '../../contract/model/schedulerSettings.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readModelFolder} from '../../store/weights/modelFolder.ts';
import {modelHash} from '../../store/weights/modelHash.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {hashBytes, hashFile} from '../../store/files/sha256.ts';
import {dataStamp} from './dataStamp.ts';
import {expertSources} from '../../store/run/runPaths.ts';
import {runRanges} from '../runRanges.ts';
import {trainerEntry} from '../owner/trainerEntry.ts';

/** What the results of the stages of a run depend on besides its config and each other. */
export interface StageFacts {
  readonly resolved: ResolvedConfig;
  readonly engine: RunFolder['record']['engine'];
  /** The program: its version, and the code of this very build. */
  readonly tool: string;
  /** SHA-256 of weights and configs; empty where there is no base. */
  readonly base: Readonly<Record<string, string>>;
  /** Stamp of the images; null without data. */
  readonly data: string | null;
  /** SHA-256 of the weights of each expert that was given; empty where they are trained. */
  readonly experts: readonly string[];
  /** Timestep range of each expert. */
  readonly ranges: readonly TimestepRange[];
}

/** Reads what there is. The larger part of the time goes into hashing the base. */
export async function gatherFacts({path, record}: RunFolder, resolved: ResolvedConfig): Promise<StageFacts> {
  const {config, folder, baseFolder} = resolved;
  const base = baseFolder === null ? null : await baseFacts(baseFolder);
  const given = config.experts ? expertSources(path, resolved) : [];
  const experts: string[] = [];
  for (const expert of given) experts.push(await weightsHashOf(expert.path));
  return {
    resolved,
    engine: record.engine,
    tool: `${record.tool} ${await hashFile(trainerEntry())}`,
    base: base?.hashes ?? {},
    data: config.data ? await dataStamp(config.data, folder) : null,
    experts,
    ranges: base && runExperts(config) > 0 ? await knownRanges(path, resolved, base.timesteps) : [],
  };
}

async function baseFacts(folder: string) {
  const {unetConfig, schedulerConfig, weightsHash} = await readModelFolder(folder);
  const scheduler = schedulerConfig ?? SchedulerConfig.parse({});
  return {
    timesteps: trainingKeys(scheduler).num_train_timesteps,
    hashes: {
      weights: await weightsHash(),
      unet: hashBytes(JSON.stringify(unetConfig)),
      scheduler: hashBytes(JSON.stringify(scheduler)),
    },
  };
}

/** A merge with given weights needs no ranges; whoever needs those that are not known says so. */
async function knownRanges(run: string, resolved: ResolvedConfig, timesteps: number): Promise<TimestepRange[]> {
  return (await runRanges(run, resolved, timesteps).catch(nullForUserError)) ?? [];
}

/** SHA-256 of the weights of an expert, `missing` where it is not there: whoever needs it says so. */
export async function weightsHashOf(path: string): Promise<string> {
  if (!(await fileExists(path))) return 'missing';
  return modelHash(path);
}
