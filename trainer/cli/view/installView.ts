import type {InstallProgress} from '../../engine/tensorflow/install/installProgress.ts';
import {printLines} from '../terminal.ts';
import {taskProgress} from './taskProgress.ts';

/** Shows an installation. */
export interface InstallView {
  show(progress: InstallProgress): void;
  end(): void;
}

const quietMilliseconds = 5000;

/**
 * Sentences as lines on stdout, with JSON on stderr so that they do not spoil it; bytes as a bar on a terminal, elsewhere as a line
 * every few seconds.
 */
export function installView(json: boolean, out = json ? process.stderr : process.stdout): InstallView {
  const bar = taskProgress('TensorFlow');
  let saidAt = performance.now();
  const say = (message: string): void => {
    bar.end();
    printLines([message], out);
    saidAt = performance.now();
  };
  return {
    show({message, bytes}) {
      if (!bytes) say(message);
      else if (process.stderr.isTTY && bytes.total !== undefined) bar.show(bytes.done, bytes.total);
      else if (performance.now() - saidAt > quietMilliseconds) say(message);
    },
    end: () => bar.end(),
  };
}
