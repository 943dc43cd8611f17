import {printable, withoutBackticks} from '../trainer/contract/printable.ts';

// Names, notes and messages come out of files that others have written, and VS Code makes more than text of some characters.

/** Text for a notice, which would have its links clicked, commands too, and shows the backticks of messages as they are. */
export function noticeText(text: string): string {
  return withoutBackticks(printable(text.replaceAll('\n', ' ')).replaceAll('](', '] ('));
}

/** Text for a lens or the status bar, which would draw an icon for `$(name)`. */
export function labelText(text: string): string {
  return printable(text).replaceAll('$(', '\\$(');
}
