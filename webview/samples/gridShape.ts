import type {ImageView} from '../../trainer/contract/panel/panelViews.ts';
import {gridColumns} from '../../trainer/contract/run/sampleGrid.ts';

/** How many images a picture has, and how many in a row. */
export interface GridShape {
  readonly columns: number;
  readonly count: number;
  /** Numbers of the images in the order in which they are shown, where that is another. */
  readonly order?: readonly number[];
}

/** Null where it is not known. */
export function gridShape({grid, images}: Pick<ImageView, 'grid' | 'images'>): GridShape | null {
  if (grid !== undefined) return {columns: grid.columns, count: grid.columns * grid.prompts.length};
  return images === undefined || images === 0 ? null : {columns: gridColumns(images), count: images};
}

/** The images that all pictures have: the first, or the first of the same prompts. Null where the pictures cannot be cut alike. */
export function commonShape(pictures: readonly Pick<ImageView, 'grid' | 'images'>[]): GridShape | null {
  const shapes = pictures.map(gridShape);
  const known = shapes.filter((shape) => shape !== null);
  if (known.length === 0 || known.length < shapes.length) return null;
  const grids = pictures.flatMap(({grid}) => grid ?? []);
  if (grids.length === 0) {
    const count = Math.min(...known.map((shape) => shape.count));
    return {columns: gridColumns(count), count};
  }
  const rows = Math.min(...grids.map(({prompts}) => prompts.length));
  const asked = new Set(grids.map(({prompts}) => JSON.stringify(prompts.slice(0, rows))));
  if (grids.length < pictures.length || asked.size > 1) return null;
  const columns = Math.min(...known.map((shape) => shape.columns));
  return {columns, count: columns * rows};
}

/** The same images in another order, in which those that a shape has not are left out. */
export function inOrder(shape: GridShape, order: readonly number[]): GridShape {
  const there = order.filter((number) => number < shape.count);
  return {...shape, count: there.length, order: there};
}

/** For each image of the shape `wanted` its number in a picture of the shape `own`. With prompts each row keeps its own. */
export function cellNumbers(own: GridShape, wanted: GridShape, hasPrompts: boolean): number[] {
  if (wanted.order !== undefined) return [...wanted.order];
  return Array.from({length: wanted.count}, (_, i) =>
    hasPrompts ? Math.floor(i / wanted.columns) * own.columns + (i % wanted.columns) : i,
  );
}
