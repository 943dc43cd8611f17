import type {ErrorCode} from 'yaml';

const indentation = 'the indentation does not fit the lines above';
const notASetting = 'this is not a setting: write key: value, with a space after the colon';
const outOfPlace = 'this does not belong here; look for a missing quote, bracket, colon or space before it';
const unclosed = 'a bracket is not closed: $1 is missing, or stands too far to the left';
const anchors = 'an anchor (&name), alias (*name) or tag (!name) stands in the wrong place';

/** What the parser's errors mean to people who write a config. A code that stands for several is told apart by the parser's own message. */
const meanings: readonly (readonly [code: ErrorCode, part: RegExp, meaning: string])[] = [
  ['TAB_AS_INDENT', /^/, 'a tab indents this line; YAML takes only spaces'],
  ['BAD_INDENT', /end with a ([\]}])/, unclosed],
  ['BAD_INDENT', /^/, indentation],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    /^/,
    `a second setting in one line, or ${indentation}; put quotes around text with a colon`,
  ],
  ['MULTILINE_IMPLICIT_KEY', /^/, notASetting],
  ['KEY_OVER_1024_CHARS', /^/, 'a key has more than 1024 characters'],
  ['BLOCK_IN_FLOW', /^/, 'a comma is missing here, or brackets around a list or section inside brackets'],
  ['MISSING_CHAR', /closing (.)quote/, 'a text in quotes does not end: $1 is missing'],
  ['MISSING_CHAR', /map values/, notASetting],
  ['MISSING_CHAR', /Missing , /, 'a comma is missing before this'],
  ['MISSING_CHAR', /space after :/, 'a space is missing after the colon'],
  ['MISSING_CHAR', /Comments/, 'a space is missing before #'],
  ['MISSING_CHAR', /- indicator/, 'an entry of a list begins with a dash and a space'],
  ['MISSING_CHAR', /directives/, 'a config has no lines that begin with %'],
  ['BAD_DIRECTIVE', /^/, 'a config has no lines that begin with %'],
  ['MISSING_CHAR', /end with a ([\]}])/, unclosed],
  ['BAD_SCALAR_START', /(.)$/, 'text that begins with $1 needs quotes'],
  ['BAD_DQ_ESCAPE', /(\\.?)/, '$1 means nothing in double quotes; write \\\\ for a backslash, or use single quotes'],
  ['UNEXPECTED_TOKEN', /, in flow|empty item/, 'there is a comma too many'],
  ['UNEXPECTED_TOKEN', /flow-(?:map|seq)-end/, 'a bracket is closed that was not opened'],
  ['UNEXPECTED_TOKEN', /Block scalar header/, 'only a number and + or - may follow | or >'],
  ['UNEXPECTED_TOKEN', /^/, outOfPlace],
  ['MULTIPLE_DOCS', /^/, 'a config is one document, and this line starts a second one'],
  ['RESOURCE_EXHAUSTION', /^/, 'lists and sections are nested too deeply'],
  ['BAD_ALIAS', /^/, anchors],
  ['ALIAS_PROPS', /^/, anchors],
  ['BAD_PROP_ORDER', /^/, anchors],
  ['MULTIPLE_ANCHORS', /^/, anchors],
  ['MULTIPLE_TAGS', /^/, anchors],
  ['MISSING_CHAR', /Tags and anchors/, anchors],
  ['TAG_RESOLVE_FAILED', /Unresolved tag: (.*)/, 'a config has no tags such as $1'],
];

/** An error of the parser in the words of `meanings`; the parser's own where it is none of these. */
export function plainMessage({code, message}: {readonly code: ErrorCode; readonly message: string}): string {
  for (const [known, part, meaning] of meanings) {
    const found = known === code && part.exec(message);
    if (found) return meaning.replace(/\$1/g, () => found[1] ?? '');
  }
  return message;
}
