import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';

/** First row and number of rows of each band of a map [N,height,...]. */
function bandsOf(height: number, numbersInRow: number, limit: number): [first: number, count: number][] {
  const rows = Math.min(height, Math.max(1, Math.floor(limit / numbersInRow)));
  return Array.from({length: Math.ceil(height / rows)}, (_, i) => [i * rows, Math.min(rows, height - i * rows)]);
}

/**
 * `f` of maps of the same height and width, [N,H,W,*] -> [N, scale H, scale W, *], in bands of rows where a map, enlarged, has more than `limit`
 * numbers: what `f` makes on its way never exists as a whole then. `f` may look one row up and down, and takes zeros for rows beyond the
 * edges, as a 3x3 convolution does. The same as `f` of the maps but for the rounding of another order.
 */
export function inRowBands(
  maps: readonly Tensor4D[],
  limit: number,
  f: (...maps: Tensor4D[]) => Tensor4D,
  scale = 1,
): Tensor4D {
  const [first] = maps;
  if (first === undefined) throw new Error('there is no map');
  const [, height] = first.shape;
  const widest = Math.max(...maps.map(({size}) => size / height));
  const bands = bandsOf(height, widest * scale ** 2, limit);
  if (bands.length === 1) return f(...maps);
  return tf.tidy(() =>
    tf.concat4d(
      bands.map(([start, count]) => {
        const [above, below] = [Math.min(1, start), Math.min(1, height - start - count)];
        return tf.tidy(() => {
          const rows = maps.map((map) => rowsOf(map, start - above, above + count + below));
          return rowsOf(f(...rows), above * scale, count * scale);
        });
      }),
      1,
    ),
  );
}

/** The sum of `f` over bands of rows of a map of more than `limit` numbers. */
export function sumOverRows<T extends Tensor>(map: Tensor4D, limit: number, f: (rows: Tensor4D) => T): T {
  const [, height] = map.shape;
  const bands = bandsOf(height, map.size / height, limit);
  if (bands.length === 1) return f(map);
  return tf.tidy(() => tf.addN(bands.map(([start, count]) => tf.tidy(() => f(rowsOf(map, start, count))))));
}

function rowsOf(map: Tensor4D, first: number, count: number): Tensor4D {
  return tf.slice4d(map, [0, first, 0, 0], [-1, count, -1, -1]);
}
