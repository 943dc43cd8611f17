import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D} from '@tensorflow/tfjs-core';
import type {TextConditioner} from './textConditioner.ts';

/** Texts whose context is kept: all of a preview, and those that were drawn before. */
const keptTexts = 64;

/** A conditioner that encodes each text once, and keeps its context while it is among the last ones that were wanted. `unload` frees these, and `text` stays the caller's. */
export function keptContexts(text: TextConditioner): TextConditioner {
  /** [1,T,width] each; the one that was wanted last is the last. */
  const kept = new Map<string, Tensor3D>();
  const contextOf = (prompt: string) => {
    const context = kept.get(prompt) ?? tf.keep(text.encode([prompt]));
    kept.delete(prompt);
    kept.set(prompt, context);
    return context;
  };
  const dropOldest = () => {
    for (const [oldest, context] of kept) {
      if (kept.size <= keptTexts) break;
      context.dispose();
      kept.delete(oldest);
    }
  };
  return {
    ...text,
    encode(texts, clipSkip) {
      if (clipSkip !== undefined) return text.encode(texts, clipSkip);
      const contexts = tf.concat(texts.map(contextOf), 0);
      dropOldest();
      return contexts;
    },
    unload() {
      tf.dispose([...kept.values()]);
      kept.clear();
    },
  };
}
