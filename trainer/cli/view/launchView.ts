import type {SubmittedGroup} from '../../pipeline/launch/submitGroups.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {printResult, type OutputOptions} from '../outcome.ts';

/** Prints what was submitted for a run. */
export function showLaunched(
  {path, record}: RunFolder,
  groups: readonly SubmittedGroup[],
  options: OutputOptions,
): void {
  const jobs = groups.map(({group: {name, kind, tasks}, id}) => ({
    ...{name, kind, id},
    stages: tasks.flatMap(({stages}) => stages.map((stage) => stage.name)),
  }));
  const none = ['All stages are done already: nothing was submitted.'];
  const lines = [
    `Run folder: ${path}`,
    ...(jobs.length === 0 ? none : [`Submitted ${countText(groups)}:`, ...groups.map(groupLine), goesOn(record.id)]),
  ];
  printResult(options, {run: path, id: record.id, jobs}, lines);
}

/** `3 jobs for 7 tasks` */
export function countText(groups: readonly SubmittedGroup[]): string {
  const tasks = groups.reduce((sum, {group}) => sum + group.tasks.length, 0);
  return `${groups.length} ${groups.length === 1 ? 'job' : 'jobs'} for ${tasks} ${tasks === 1 ? 'task' : 'tasks'}`;
}

/** `  4711  train, 4 tasks` */
export function groupLine({group: {name, tasks}, id}: SubmittedGroup): string {
  return `  ${id.padEnd(8)}  ${name}${tasks.length === 1 ? '' : `, ${tasks.length} tasks`}`;
}

function goesOn(id: string): string {
  return `They go on without this program. \`deme watch ${id}\` shows how they go, \`deme stop ${id}\` ends them.`;
}
