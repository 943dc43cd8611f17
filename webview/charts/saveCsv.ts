import type {Panel} from '../panel.ts';

/** Asks the user where to save a table. */
export async function saveCsv(panel: Panel, name: string, content: string): Promise<void> {
  const reply = await panel.request({kind: 'save', name, content}, 'Could not save the numbers');
  if (reply?.kind === 'written' && reply.path !== null) panel.dispatch({type: 'notice', text: `Saved ${reply.path}`});
}
