import type {MergeBound} from '../../contract/run/measured/mergeBound.ts';
import {differenceText, directionText, measuredText} from '../../contract/scores/estimate.ts';

const labelWidth = 18;
const cellWidth = 24;

/** A bound as terminal output: the losses before and after, and the weights by part of the network. */
export function mergeBoundLines({experts, start, curve, best, parts, test, recipe}: MergeBound): string[] {
  const tensors = Object.keys(start).length;
  const {steps, learningRate, images} = recipe;
  const first = curve[0]?.loss ?? null;
  return [
    `A weight for each of ${experts} experts and ${tensors} tensors: ${steps} steps of Adam (rate ${learningRate}) on ${images} validation images, from the weights of the run.`,
    `Validation loss ${lossText(first)} at the start, lowest ${lossText(best?.loss ?? null)} after ${best?.step ?? 0} steps${best?.step === steps ? ', still falling: give more --steps' : ''}.`,
    ...(test === null
      ? ['There are too few test images to say what of it is more than chance.']
      : [
          `On ${test.images} test images:`,
          ...test.models.map(
            ({model, loss, differenceToBase}) =>
              `  ${model.padEnd(labelWidth)}${measuredText(loss.mean, loss.standardError)}${model === 'base' ? '' : `  to base ${differenceText(differenceToBase)}`}`,
          ),
          `best minus start: ${differenceText(test.gain)}, ${directionText(test.gain)}`,
        ]),
    row('Weights', ['start', 'mean', 'least to most']),
    ...parts.flatMap(({name, start: before, mean, least, most}) =>
      mean.map((value, i) =>
        row(`  ${name} ${i}`, [
          numberText(before[i]),
          numberText(value),
          `${numberText(least[i])} to ${numberText(most[i])}`,
        ]),
      ),
    ),
  ];
}

function row(label: string, cells: readonly string[]): string {
  return (label.padEnd(labelWidth) + cells.map((cell) => cell.padStart(cellWidth)).join('')).trimEnd();
}

function lossText(loss: number | null): string {
  return loss === null ? 'not a number' : loss.toPrecision(6);
}

function numberText(value = NaN): string {
  return value.toFixed(3);
}
