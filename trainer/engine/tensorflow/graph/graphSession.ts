import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {TensorflowBinding, TensorMetadata} from './tensorflowBackend.ts';

/** A graph loaded into TensorFlow, with the variables it holds there. */
export class GraphSession {
  readonly #model: number;

  /** `model` is a serialized SavedModel, `digest` the SHA-256 of its bytes. */
  constructor(
    readonly binding: TensorflowBinding,
    model: Uint8Array,
    readonly digest: string,
  ) {
    // The addon loads graphs from a folder only; once loaded, the folder is no longer needed.
    const folder = mkdtempSync(join(tmpdir(), 'deme-graph-'));
    try {
      writeFileSync(join(folder, 'saved_model.pb'), model);
      this.#model = binding.loadSavedModel(folder, 'deme');
    } finally {
      rmSync(folder, {recursive: true, force: true});
    }
  }

  /** Feeds tensors by the name of the output they replace, and fetches outputs. */
  run(feeds: ReadonlyMap<string, number>, fetches: readonly string[]): TensorMetadata[] {
    return this.binding.runSavedModel(this.#model, [...feeds.values()], [...feeds.keys()].join(','), fetches.join(','));
  }

  dispose(): void {
    this.binding.deleteSavedModel(this.#model);
  }
}
