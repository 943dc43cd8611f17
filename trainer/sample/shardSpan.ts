import type {ImageSpan} from './sampleImages.ts';

/** A share of `count` images in whole blocks of `block`, but for the last; all shards, counted from 0, have every image once. */
export function shardSpan(count: number, block: number, shard: number, shards: number): ImageSpan {
  const blocks = Math.ceil(count / block);
  const edge = (number: number) => Math.min(count, Math.floor((number * blocks) / shards) * block);
  return [edge(shard), edge(shard + 1)];
}
