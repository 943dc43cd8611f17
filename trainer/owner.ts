import type {LaunchConfig} from './contract/config/launchConfig.ts';
import {toErrorRecord} from './contract/errors.ts';
import {OwnerRequest, type OwnerMessage} from './contract/run/ownerMessages.ts';
import {ownerChannel} from './launch/lineChannel.ts';
import {survivePrinting} from './launch/printingErrors.ts';
import {launchOf} from './pipeline/launch/launchOf.ts';
import {createLaunchedRun, launchRun} from './pipeline/launch/launchRun.ts';
import {extendRun} from './pipeline/owner/extendRun.ts';
import {findReusableRun} from './pipeline/owner/findReusableRun.ts';
import {runWork, readWanted, unfinishedWork, workInNewRun, workInRun, type Work} from './pipeline/owner/work.ts';
import {openRun} from './store/run/runFolder.ts';

/**
 * Entry of the process that owns a run which an editor has started, or that submits it to a scheduler. It receives one request, reports its progress as long as the channel is
 * open, and continues without it: the run folder has everything.
 */
survivePrinting();
const channel = ownerChannel();

/** Work, and how it is submitted; null: it is carried out by this process. */
interface Prepared {
  readonly work: Work;
  readonly launch: LaunchConfig | null;
}

async function prepare(request: OwnerRequest): Promise<Prepared> {
  if (request.action === 'resume') {
    const run = await openRun(request.run);
    const {updates, learningRate, launcher} = request;
    const work = updates === undefined ? await unfinishedWork(run) : await extendRun(run, {updates, learningRate});
    return {work, launch: launchOf(work.resolved.config, launcher)};
  }
  const wanted = await readWanted(request.config, request.selection, request);
  const launch = launchOf(wanted.resolved.config, request.launcher);
  const isWhole = request.selection.kind === 'pipeline' || request.selection.kind === 'pretrain';
  const run = isWhole
    ? null
    : await findReusableRun(wanted, (error) => process.stderr.write(`left out: ${error.line}\n`));
  if (run !== null) return {work: await workInRun(wanted, run), launch};
  if (launch !== null) return {work: {...wanted, run: await createLaunchedRun(wanted, launch)}, launch};
  return {work: await workInNewRun(wanted, ({reason}) => channel.send({type: 'engine', reason})), launch};
}

async function carryOut({work, launch}: Prepared): Promise<void> {
  const created: OwnerMessage = {type: 'created', run: work.run.path, id: work.run.record.id};
  if (launch !== null) {
    // What a scheduler refuses is told like what this process refuses.
    await launchRun(work, launch);
    channel.send(created);
    channel.send({type: 'ended', outcome: 'launched'});
    return;
  }
  channel.send(created);
  try {
    const outcome = await runWork(work, (event) => channel.send({type: 'event', event}));
    channel.send({type: 'ended', outcome});
  } catch (error) {
    channel.send({type: 'ended', outcome: 'failed', error: toErrorRecord(error)});
  }
}

async function serve(): Promise<void> {
  const line = await channel.firstLine;
  // The starter ended before it sent a request.
  if (line === null) return;
  channel.send({type: 'ready'});
  try {
    const prepared = await Promise.race([prepare(OwnerRequest.parse(JSON.parse(line))), channel.closed]);
    // Before there is a run, only the starter can see this process.
    if (prepared !== undefined) await carryOut(prepared);
  } catch (error) {
    channel.send({type: 'refused', error: toErrorRecord(error)});
  }
}

await serve().finally(() => channel.close());
// The stages' channels and the engine's handles would hold the process open.
process.exit();
