import type {SchemaTree} from 'hyparquet';
import {captionColumns} from '../../contract/config/dataConfig.ts';
import {UserError} from '../../contract/errors.ts';
import type {ColumnLeaf} from './parquetColumn.ts';
import {findNodes, isRepeated} from './schemaNodes.ts';

/**
 * The column with the captions, texts or lists of texts: `column`, or the first of `captionColumns` that is one; null where there is none of
 * these. Throws a UserError that names the columns of texts where `column` is not one.
 */
export function findCaptionColumn(where: string, schema: SchemaTree, column: string | undefined): ColumnLeaf | null {
  for (const name of column === undefined ? captionColumns : [column]) {
    const nodes = findNodes(schema.children, name);
    const found = nodes && textColumn(nodes);
    if (found) return {column: name, ...found};
  }
  if (column === undefined) return null;
  const texts = schema.children.filter((child) => textColumn([child])).map(({element}) => element.name);
  throw new UserError('captions-column', `The column "${column}" does not exist or holds no texts.`, {
    where,
    hint:
      texts.length === 0 ? 'The file has no column of texts.' : `Set data.captions.column to ${texts.join(' or ')}.`,
  });
}

/** Follows lists to what they hold: `captions.list.element`. */
function textColumn(nodes: readonly SchemaTree[]): Omit<ColumnLeaf, 'column'> | undefined {
  const last = nodes.at(-1);
  const only = last?.children.length === 1 ? last.children[0] : undefined;
  if (only) return textColumn([...nodes, only]);
  const lists = nodes.filter(isRepeated).length;
  if (last === undefined || last.children.length > 0 || !isText(last) || lists > 1) return undefined;
  const levels = nodes.filter(({element}) => element.repetition_type !== 'REQUIRED').length;
  return {path: nodes.map(({element}) => element.name).join('.'), levels, isList: lists === 1};
}

function isText({element}: SchemaTree): boolean {
  return (
    element.type === 'BYTE_ARRAY' && (element.converted_type === 'UTF8' || element.logical_type?.type === 'STRING')
  );
}
