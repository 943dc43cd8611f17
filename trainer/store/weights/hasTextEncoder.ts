import {findComponent} from './components.ts';
import {readModel} from './readModel.ts';

/** Whether the model at `path`, a folder or a single file, draws what a text asks for. Throws UserErrors. */
export async function hasTextEncoder(path: string): Promise<boolean> {
  // What the network predicts is not asked here, so that any answer will do for files that do not say it.
  const {pipeline} = await readModel(path, 'epsilon');
  return findComponent(pipeline, 'text_encoder') !== null;
}
