import {configFileOf, type Run} from '../../runs/run.ts';

/** The command line that makes a run with the same config and engine, for the shells of a platform. */
export function runCommand(run: Pick<Run, 'record' | 'config'>, platform: NodeJS.Platform = process.platform): string {
  const {pretrain, decouple} = run.config.config;
  const verb = pretrain !== undefined && decouple === undefined ? 'pretrain' : 'run';
  return `deme ${verb} ${quoted(configFileOf(run), platform)} --engine ${run.record.engine.name}`;
}

/** A run may come from other people: nothing in the name of its config may reach a shell. Between single quotes, one of POSIX takes all as it is. */
function quoted(path: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return /^[\w./:@+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
  return /^[\w./\\:@+-]+$/.test(path) ? path : `"${path.replace(/["$`]/g, '\\$&')}"`;
}
