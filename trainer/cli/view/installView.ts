import type {InstallProgress} from '../../engine/tensorflow/install/installProgress.ts';
import {printLines} from '../terminal.ts';
import {taskProgress} from './taskProgress.ts';

/** Shows the progress of an installation. */
export interface InstallView {
  show(progress: InstallProgress): void;
  end(): void;
}

const quietMilliseconds = 5000;

/**
 * Messages are lines on stdout, or on stderr if stdout carries JSON. Downloaded bytes are a bar on a terminal, and a line every few seconds elsewhere.
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
