import {join} from 'node:path';
import type {TensorflowVariant} from '../../../contract/engine/engineRecord.ts';
import {cacheFolder} from '../../../store/files/cacheFolder.ts';

/** The TensorFlow release whose C library the addon is built against. */
export const tensorflowVersion = '2.21.0';

/** Where the parts of one installed TensorFlow lie. */
export interface TensorflowFolder {
  root: string;
  /** Wheels on their way to the library, each in a folder of its own; gone once it is complete. */
  wheels: string;
  /** Holds `tensorflow/` (the libraries and the headers) and, for CUDA, `nvidia/` beside it, where the libraries look for it. */
  library: string;
  /** Lists the files of `library`, and lies in it. */
  libraryRecord: string;
  addon: string;
  record: string;
  /** There while a process installs. */
  lock: string;
}

export function tensorflowFolder(variant: TensorflowVariant, cache: string = cacheFolder().path): TensorflowFolder {
  const root = join(cache, `tensorflow-${tensorflowVersion}-${variant}`);
  return {
    root,
    wheels: join(root, 'wheels'),
    library: join(root, 'library'),
    libraryRecord: join(root, 'library', 'library.json'),
    addon: join(root, 'addon', 'tfjs_binding.node'),
    record: join(root, 'engine.json'),
    lock: join(root, 'install.lock'),
  };
}
