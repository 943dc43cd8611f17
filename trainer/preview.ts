import {toErrorRecord, UserError} from './contract/errors.ts';
import {PreviewOrder, type OpenOrder} from './contract/panel/preview.ts';
import {startEngine} from './engine/startEngine.ts';
import {previewChannel} from './launch/previewChannel.ts';
import {survivePrinting} from './launch/printingErrors.ts';
import {openPreviewModels} from './preview/previewModels.ts';
import {PreviewWork} from './preview/previewWork.ts';
import {parseJson} from './store/files/jsonFile.ts';

/**
 * Entry of the process that merges and draws for the panel of an editor. Its first order names the models; it ends with the channel, so that
 * none is left behind when an editor is gone.
 */
survivePrinting();
let work: PreviewWork | null = null;
let opening: Promise<void> | null = null;

const channel = previewChannel((line) => {
  try {
    onMessage(parseJson(line, PreviewOrder, 'an order', 'the channel'));
  } catch (error) {
    end(error);
  }
});

function onMessage(order: PreviewOrder): void {
  if (order.kind === 'open' && opening === null) opening = open(order).catch(end);
  else if (order.kind === 'open' || work === null)
    throw new UserError('preview-order', `The preview cannot take the order ${order.kind} now.`);
  else if (order.kind === 'cancel') work.cancel();
  else if (order.kind === 'saved') work.setSaved(order.path);
  else work.start(order);
}

async function open(order: OpenOrder): Promise<void> {
  const begin = performance.now();
  const engine = await startEngine({...order.engine, work: 'predict', why: 'the engine of the run'});
  const models = await openPreviewModels(order);
  work = new PreviewWork(models, order.saved, (news) => channel.say(news));
  const {parameters, components} = models;
  const seconds = (performance.now() - begin) / 1000;
  channel.say({kind: 'ready', engine, parameters, seconds, hasText: components.text !== null});
}

function end(error: unknown): void {
  channel.say({kind: 'ended', error: toErrorRecord(error)});
  // What was said leaves first.
  setTimeout(() => process.exit(1), 100);
}

await channel.closed;
process.exit();
