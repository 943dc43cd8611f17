import {allowedValues} from '../../trainer/contract/config/allowedValues.ts';
import {settingName} from '../../trainer/contract/config/configIssue.ts';
import {outlineConfig, type TextSpan} from '../../trainer/contract/config/configOutline.ts';
import {schemaAt} from '../../trainer/contract/config/configSchema.ts';
import {docText} from './completion.ts';

/** What there is to say about a setting, as Markdown, and where it is written. */
export interface SettingHelp {
  readonly markdown: string;
  readonly span: TextSpan;
}

/** Help for what is written at a position (line and column counted from 1); undefined for what is no setting. */
export function helpAt(text: string, line: number, column: number): SettingHelp | undefined {
  const outline = outlineConfig(text);
  const place = outline.at(line, column);
  if (place === undefined || place.path.length === 0) return undefined;
  const schema = schemaAt(place.path, outline.value);
  if (schema === undefined) return undefined;
  const title = `**${settingName(place.path)}**: ${allowedValues(schema)}`;
  const list = typeof place.path.at(-1) === 'number' ? schemaAt(place.path.slice(0, -1), outline.value) : undefined;
  // What an entry of a list is for is said of the list.
  const meaning = docText(schema) || (list ? docText(list) : '');
  return {markdown: [title, meaning].filter((part) => part !== '').join('\n\n'), span: place.span};
}
