import {disclosure, element} from '../dom.ts';
import {button, checkbox, textField} from '../toolkit.ts';

/** A closed part in which the columns of the table are chosen, with a field that narrows the list. */
export function columnChooser(
  all: readonly string[],
  shown: readonly string[],
  onChoose: (columns: string[]) => void,
  onReset: () => void,
): HTMLElement {
  return disclosure(`Columns (${shown.length} of ${all.length})`, () => {
    const boxes = all.map((column) =>
      checkbox(column, shown.includes(column), (isChosen) => {
        const others = shown.filter((name) => name !== column);
        onChoose(isChosen ? [...others, column] : others);
      }),
    );
    const narrow = textField('Find a column', '', (text) => {
      for (const [i, box] of boxes.entries()) box.hidden = !(all[i] ?? '').toLowerCase().includes(text.toLowerCase());
    });
    return element(
      'div',
      {},
      element('div', {class: 'bar'}, narrow, button('Usual columns', onReset)),
      element('div', {class: 'column-choice'}, ...boxes),
    );
  });
}
