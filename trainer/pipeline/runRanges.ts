import {stat} from 'node:fs/promises';
import {UserError} from '../contract/errors.ts';
import {runExperts, type ResolvedConfig} from '../contract/run/pipeline.ts';
import {equalRanges, rangesFromEdges, type TimestepRange} from '../deme/timesteps.ts';
import {checkRanges} from '../merge/files/checkRanges.ts';
import {readModelFolder} from '../store/weights/modelFolder.ts';
import {expertSources} from '../store/run/runPaths.ts';

/**
 * The timestep range of each expert of a run: between the config's edges, as given for experts that exist already (in the config, else
 * in their own records), or equal ones. Throws a UserError where the given ones do not tile [0, timesteps) or some experts lack one.
 */
export async function runRanges(run: string, resolved: ResolvedConfig, timesteps: number): Promise<TimestepRange[]> {
  const {config} = resolved;
  if (config.decouple?.edges) return rangesFromEdges(config.decouple.edges, timesteps);
  const sources = config.experts ? expertSources(run, resolved) : [];
  const experts = await Promise.all(sources.map((source, i) => givenExpert(source, i)));
  const given = experts.flatMap(({range}) => (range ? [range] : []));
  if (given.length === 0) return equalRanges(Math.max(1, runExperts(config)), timesteps);
  const unknown = experts.find(({range}) => range === null);
  if (unknown) {
    throw new UserError(
      'ranges-incomplete',
      `Nothing says which timesteps ${unknown.label} is for, as it does for others.`,
      {
        where: unknown.path,
        hint: 'Give its range in the config.',
      },
    );
  }
  checkRanges(experts, timesteps);
  return given;
}

async function givenExpert({path, range}: {path: string; range?: TimestepRange}, index: number) {
  return {label: `expert ${index}`, path, range: range ?? (await recordedRange(path)) ?? null};
}

/** A bare weights file has no record. */
async function recordedRange(path: string): Promise<TimestepRange | undefined> {
  const isFile = (await stat(path).catch(() => null))?.isFile() === true;
  return isFile ? undefined : (await readModelFolder(path)).record?.range;
}
