import {createRandom} from '../../trainer/random.ts';
import {mutate} from './mutate.ts';
import {tokenBytes, type FuzzTarget} from './target.ts';

/** Input number `index` of a target under a seed, whatever was drawn before it. */
export async function inputsOf(target: FuzzTarget, seed: number): Promise<(index: number) => Uint8Array> {
  const corpus = {seeds: await target.seeds(), tokens: tokenBytes(target)};
  return (index) => {
    const random = createRandom(seed, target.name, index);
    const bytes = mutate(corpus, random);
    return target.repair !== undefined && random.int(0, 2) === 0 ? target.repair(bytes) : bytes;
  };
}
