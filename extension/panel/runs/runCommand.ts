import {configFileOf, type Run} from '../../runs/run.ts';

/** The command line that makes a run with the same config and engine, for any shell. */
export function runCommand(run: Pick<Run, 'record' | 'config'>): string {
  const {pretrain, decouple} = run.config.config;
  const verb = pretrain !== undefined && decouple === undefined ? 'pretrain' : 'run';
  return `deme ${verb} ${quoted(configFileOf(run))} --engine ${run.record.engine.name}`;
}

function quoted(path: string): string {
  return /^[\w./\\:@+-]+$/.test(path) ? path : `"${path.replace(/["$`]/g, '\\$&')}"`;
}
