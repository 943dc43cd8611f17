import type {FilesStamp, InputsRecord} from '../../contract/run/inputsRecord.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {hashBytes, hashFile} from '../../store/hashes/sha256.ts';
import {trainerEntry} from '../owner/trainerEntry.ts';

/** What the results of the stages of a run depend on besides its config and each other. */
export interface StageFacts extends Pick<InputsRecord, 'base' | 'experts' | 'ranges'> {
  readonly resolved: ResolvedConfig;
  readonly engine: RunFolder['record']['engine'];
  /** The program: its version, and the code of this very build. */
  readonly tool: string;
  /** Stamp of the images; null without data. */
  readonly data: string | null;
  /** Stamps of what else evaluations read, by its path in the config. */
  readonly evaluation: Readonly<Record<string, string>>;
}

/** The facts of a run that reads these inputs, for stages that this very program runs. */
export async function stageFacts(
  {record}: RunFolder,
  resolved: ResolvedConfig,
  {base, experts, ranges, data, evaluation}: InputsRecord,
): Promise<StageFacts> {
  const {engine} = record;
  const tool = `${record.tool} ${await hashFile(trainerEntry())}`;
  const stamps = Object.entries(evaluation).map(([path, files]) => [path, jointStamp(files)]);
  return {
    ...{resolved, engine, tool, base, experts, ranges},
    data: jointStamp(data),
    evaluation: Object.fromEntries(stamps) as Record<string, string>,
  };
}

/**
 * The stamp of the images of a run; null without images. One that has seen them with different times has a stamp that no other run has, so
 * that its results stay its own.
 */
export function jointStamp(files: FilesStamp | null): string | null {
  const [first, ...others] = files?.stamps ?? [];
  if (first === undefined) return null;
  return others.length === 0 ? first : hashBytes([first, ...others].join('\n'));
}
