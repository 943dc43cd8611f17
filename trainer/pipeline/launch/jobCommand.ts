import {join} from 'node:path';
import type {LaunchConfig} from '../../contract/config/launchConfig.ts';
import type {JobScript} from '../../launch/slurm/jobScript.ts';
import {packageRoot} from '../../packageRoot.ts';

/** How a job calls this program: from where it is installed, and with the cache that whoever submits has. */
export function jobCommand(
  {node}: Pick<LaunchConfig, 'node'>,
  verb: string,
): Pick<JobScript, 'command' | 'environment'> {
  const {ELECTRON_RUN_AS_NODE, DEME_CACHE} = process.env;
  return {
    command: [node ?? process.execPath, join(packageRoot(), 'dist', 'cli.js'), verb],
    environment: {
      // An editor's runtime is Node only with it.
      ...(ELECTRON_RUN_AS_NODE && node === undefined && {ELECTRON_RUN_AS_NODE}),
      ...(DEME_CACHE && {DEME_CACHE}),
    },
  };
}
