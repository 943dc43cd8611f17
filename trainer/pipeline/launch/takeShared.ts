import {UserError} from '../../contract/errors.ts';
import type {LaunchRecord} from '../../contract/launch/launchRecord.ts';
import {onceLocked} from '../../store/run/onceLocked.ts';
import {openRun, type RunFolder} from '../../store/run/runFolder.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {readStageRecord} from '../../store/run/stageRecord.ts';
import {findStage, type PlannedStage} from '../graph/stagePlan.ts';
import type {StageFacts} from '../graph/stageFacts.ts';
import {changedInputs, stageInputs} from '../graph/stageInputs.ts';
import {copyStage} from '../graph/takeOver.ts';

/**
 * Takes over what a stage needs from the runs that do it for several, and what that needs before. What is not done there is left out: whoever
 * needs it says so. Throws a UserError for a result of other inputs, or one that was damaged.
 */
export async function takeShared(
  run: RunFolder,
  {needs}: Pick<PlannedStage, 'needs'>,
  facts: StageFacts,
  {shared}: Pick<LaunchRecord, 'shared'>,
): Promise<string[]> {
  const said: string[] = [];
  for (const name of needs) {
    const planned = findStage(facts.resolved.config, name);
    said.push(...(await takeShared(run, planned, facts, {shared})));
    const source = shared[name];
    if (source === undefined || source === run.path) continue;
    if (await takeStage(run, planned, facts, await openRun(source))) said.push(`${name} is taken over from ${source}`);
  }
  return said;
}

/** False where it is there already, or not done in the other run. */
async function takeStage(
  run: RunFolder,
  planned: PlannedStage,
  facts: StageFacts,
  source: RunFolder,
): Promise<boolean> {
  const {name} = planned;
  return onceLocked(runPaths.stageLock(run.path, name), async () => {
    if ((await readStageRecord(run.path, name)) !== null) return false;
    const record = await readStageRecord(source.path, name);
    if (record === null) return false;
    const keys = new Map<string, string | undefined>();
    for (const need of planned.needs) keys.set(need, (await readStageRecord(run.path, need))?.key);
    const own = stageInputs(planned, facts, (need) => keys.get(need));
    // The engine may be that of another node: whoever submits has said that it does not matter.
    const changed = own && record.inputs ? changedInputs(record.inputs, own) : [];
    const others = changed.filter((path) => !path.startsWith('engine.') && !path.startsWith('stages.'));
    if (others.length > 0) {
      const message = `${name} of ${source.record.id} was made from other inputs: ${others.slice(0, 3).join(', ')}.`;
      throw new UserError('shared-different', message, {where: source.path, hint: 'Submit the runs anew.'});
    }
    if (await copyStage(source, run, planned, record)) return true;
    throw new UserError('shared-damaged', `The result of ${name} was changed or damaged.`, {where: source.path});
  });
}
