import type {SchemaTree} from 'hyparquet';

/** The nodes on the way to a column. A name with dots may be one name or several. */
export function findNodes(children: readonly SchemaTree[], column: string): readonly SchemaTree[] | undefined {
  for (const child of children) {
    const {name} = child.element;
    if (name === column) return [child];
    const rest = column.startsWith(`${name}.`) ? findNodes(child.children, column.slice(name.length + 1)) : undefined;
    if (rest) return [child, ...rest];
  }
  return undefined;
}

export function isRepeated({element}: SchemaTree): boolean {
  return element.repetition_type === 'REPEATED';
}
