const moves: Readonly<Record<string, readonly [right: number, up: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Steps to the right and up that an arrow key asks for on a grid; undefined for any other key. */
export function arrowMove({key}: KeyboardEvent): readonly [right: number, up: number] | undefined {
  return moves[key];
}
