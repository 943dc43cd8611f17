import {disclosure, element} from '../dom.ts';
import {button, checkbox, textField} from '../toolkit.ts';

/** What the chooser keeps when it is made anew, as after each choice. */
export interface ChooserMemory {
  isOpen: boolean;
  search: string;
}

/** A part to open in which the columns of the table are chosen (null: the usual ones), with a field that narrows the list. */
export function columnChooser(
  all: readonly string[],
  shown: readonly string[],
  memory: ChooserMemory,
  onChoose: (columns: string[] | null) => void,
): HTMLElement {
  const make = () => {
    const boxes = all.map((column) =>
      checkbox(column, shown.includes(column), (isChosen) => {
        const others = shown.filter((name) => name !== column);
        onChoose(isChosen ? [...others, column] : others);
      }),
    );
    const narrow = (text: string) => {
      memory.search = text;
      for (const [i, box] of boxes.entries()) box.hidden = !(all[i] ?? '').toLowerCase().includes(text.toLowerCase());
    };
    narrow(memory.search);
    const bar = element(
      'div',
      {class: 'bar'},
      textField('Find a column', memory.search, narrow),
      button('Usual columns', () => onChoose(null)),
    );
    return element('div', {}, bar, element('div', {class: 'column-choice'}, ...boxes));
  };
  const part = disclosure(`Columns (${shown.length} of ${all.length})`, make, memory.isOpen);
  part.addEventListener('toggle', () => {
    if (part.isConnected) memory.isOpen = part.open;
  });
  return part;
}
