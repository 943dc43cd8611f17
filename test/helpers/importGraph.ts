import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {posix} from 'node:path';
import ts from 'typescript';

/** One import: from a file to a file (both relative to the repository) or to a package. */
export interface Import {
  readonly from: string;
  /** `trainer/nn/params.ts`, or as written for a package (`node:fs`, `zod`). */
  readonly to: string;
  /** Erased by the compiler, so it cannot make a cycle at run time. */
  readonly typeOnly: boolean;
}

const root = new URL('../../', import.meta.url);

/** All TypeScript sources below the named top folders. */
export function sourceFiles(folders: readonly string[]): string[] {
  const present = folders.filter((folder) => existsSync(new URL(`${folder}/`, root)));
  return present.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root), {recursive: true, encoding: 'utf8'})
      .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
      .filter((file) => /\.tsx?$/.test(file)),
  );
}

/** The syntax tree of a source file. */
export function parseSource(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(new URL(file, root), 'utf8'), ts.ScriptTarget.Latest);
}

/** Every import of a file: `import`, `export … from`, `import()` and `require()` of a literal. */
export function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Expression | undefined, typeOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const to = specifier.text.startsWith('.')
      ? posix.join(posix.dirname(source.fileName), specifier.text)
      : specifier.text;
    found.push({from: source.fileName, to, typeOnly});
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && isLoader(node.expression)) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The files of one import cycle, first to first again; undefined when there is none. */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const next = new Map<string, string[]>();
  for (const {from, to} of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const finished = new Set<string>();
  const walk = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return undefined;
    for (const to of next.get(file) ?? []) {
      const cycle = walk(to, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    finished.add(file);
    return undefined;
  };
  for (const file of next.keys()) {
    const cycle = walk(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function isLoader(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}
