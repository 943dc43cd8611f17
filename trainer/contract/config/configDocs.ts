import {allowedValues} from './allowedValues.ts';
import {configSchema, type JsonSchema, members} from './configSchema.ts';

/** `media/deme.schema.json`: completion, hover and squiggles in editors. */
export function schemaFile(): string {
  const title = 'DeMe Studio experiment (*.deme.yaml)';
  const {$schema, ...schema} = configSchema();
  return `${JSON.stringify({$schema, title, ...schema}, null, 2)}\n`;
}

/** `media/docs/config.md`: every setting of a config file, a table for each section. */
export function settingsPage(): string {
  const top = configSchema();
  const sections = settings(top).filter(([, schema]) => sectionMembers(schema).length > 0);
  const topTable = table(
    'Top level',
    settings(top).map(([key, schema]) => row(top, key, schema)),
  );
  return [introduction, topTable, ...sections.flatMap(([name, schema]) => sectionTables(name, schema)), ''].join(
    '\n\n',
  );
}

const introduction = `# Settings of a config file

An experiment is one \`*.deme.yaml\` (or \`*.deme.json\`) file. Paths in it are relative to the file. An unknown key is an error, and
a setting that is left out has the default given here. \`deme validate CONFIG\` checks a file without running it. Editors that know
JSON Schema take [deme.schema.json](../deme.schema.json) for completion and checks.

This page is made from the schema in \`trainer/contract\`; \`npm test\` writes it anew when they differ.`;

/** One table, or one for each kind of a union such as `data`. */
function sectionTables(name: string, schema: JsonSchema): string[] {
  const kinds = sectionMembers(schema);
  return kinds.map((kind) =>
    kinds.length === 1
      ? table(name, allRows(kind), describe(schema))
      : table(`${name}, ${constants(kind)}`, allRows(kind), describe(kind.properties?.kind)),
  );
}

function table(title: string, rows: string[], text = ''): string {
  const head = '| Setting | Values | Default | Meaning |\n| --- | --- | --- | --- |';
  return [`## ${title}`, text, [head, ...rows].join('\n')].filter((part) => part !== '').join('\n\n');
}

/** A row for each setting; a section inside gives its settings with a dotted name, unless its keys belong to diffusers. */
function allRows(section: JsonSchema, prefix = ''): string[] {
  return settings(section).flatMap(([key, schema]) => {
    const nested = sectionMembers(schema).filter((member) => member.additionalProperties === false);
    return [row(section, key, schema, prefix), ...nested.flatMap((member) => allRows(member, `${prefix}${key}.`))];
  });
}

function row(section: JsonSchema, key: string, schema: JsonSchema, prefix = ''): string {
  // What a kind means is said of the section that it stands for.
  const meaning = describe(schema) || (schema.const === undefined ? '' : describe(section));
  return `| \`${prefix}${key}\` | ${allowedValues(schema)} | ${defaultText(section, key, schema)} | ${meaning} |`;
}

function settings(section: JsonSchema): [string, JsonSchema][] {
  return Object.entries(section.properties ?? {}).filter(
    (entry): entry is [string, JsonSchema] => typeof entry[1] === 'object',
  );
}

function defaultText(section: JsonSchema, key: string, schema: JsonSchema): string {
  if (section.required?.includes(key)) return 'required';
  if (schema.default === undefined || sectionMembers(schema).length > 0) return '';
  return `\`${JSON.stringify(schema.default)}\``;
}

function describe(schema: JsonSchema | boolean | undefined): string {
  return typeof schema === 'object' ? (schema.description ?? '').replaceAll('|', '\\|') : '';
}

/** `kind: mnist` */
function constants(schema: JsonSchema): string {
  return Object.entries(schema.properties ?? {})
    .flatMap(([key, value]) =>
      typeof value === 'object' && value.const !== undefined ? [`${key}: ${String(value.const)}`] : [],
    )
    .join(', ');
}

/** The members of a schema that hold keys: the section itself, the kinds of a union, the entries of a list. */
function sectionMembers(schema: JsonSchema | boolean): JsonSchema[] {
  if (typeof schema === 'boolean') return [];
  return members(schema).flatMap((member) => {
    if (member.properties !== undefined) return [member];
    return member.items === undefined || Array.isArray(member.items) ? [] : sectionMembers(member.items);
  });
}
