import type {SchemaTree} from 'hyparquet';
import {UserError} from '../../contract/errors.ts';
import {findNodes, isRepeated} from './schemaNodes.ts';
import type {ColumnLeaf} from './parquetColumn.ts';

/**
 * The column `column` (`image`, or `data.image` in a struct): bytes, or a struct with the field `bytes` as the datasets library writes it.
 * Throws a UserError that names the columns that hold images where this one does not.
 */
export function requireImageColumn(where: string, schema: SchemaTree, column: string): ColumnLeaf {
  const nodes = findNodes(schema.children, column);
  const found = nodes && imageColumn(nodes);
  if (found) return {column, ...found};
  const isList = nodes?.some(isRepeated) === true || nodes?.at(-1)?.children.some(isRepeated) === true;
  const problem =
    nodes === undefined
      ? `There is no column "${column}".`
      : `The column "${column}" holds ${isList ? 'lists, not one image in each row' : 'no image bytes'}.`;
  throw new UserError('data-column', problem, {where, hint: columnHint(schema)});
}

function imageColumn(nodes: readonly SchemaTree[]): Omit<ColumnLeaf, 'column'> | undefined {
  const field = nodes.at(-1)?.children.find(({element}) => element.name === 'bytes');
  const whole = field ? [...nodes, field] : nodes;
  const leaf = whole.at(-1);
  if (leaf === undefined || !holdsBytes(leaf) || whole.some(isRepeated)) return undefined;
  const levels = whole.filter(({element}) => element.repetition_type === 'OPTIONAL').length;
  return {path: whole.map(({element}) => element.name).join('.'), levels, isList: false};
}

/** Bytes that are not text. */
function holdsBytes({element}: SchemaTree): boolean {
  return element.type === 'BYTE_ARRAY' && element.converted_type === undefined && element.logical_type === undefined;
}

function columnHint({children}: SchemaTree): string {
  const images = children.flatMap((child) => imageNames([child]));
  const advice =
    images.length === 0 ? 'Write the data with one image in each row.' : `Set data.column to ${images.join(' or ')}.`;
  return `${advice} The columns are ${children.map(({element}) => element.name).join(', ')}.`;
}

/** Names of the columns at or below a node that hold images. */
function imageNames(nodes: readonly SchemaTree[]): string[] {
  if (imageColumn(nodes)) return [nodes.map(({element}) => element.name).join('.')];
  const below = nodes.at(-1)?.children ?? [];
  return below.flatMap((child) => imageNames([...nodes, child]));
}
