import {type Colour, palette} from '../../chart/palette.ts';
import {parseModel} from '../../contract/run/runModel.ts';

const grey: Colour = [125, 130, 138];
const experts: readonly [Colour, ...Colour[]] = [
  palette.blue,
  palette.orange,
  palette.green,
  palette.skyBlue,
  palette.yellow,
];

/** The colour of a model, or of the stage that trains it, which is the same in every picture of a report. More experts than colours start anew. */
export function modelColour(name: string): Colour {
  const model = parseModel(name);
  switch (model?.kind) {
    case 'ordinary':
      return grey;
    case 'ensemble':
      return palette.purple;
    case 'merged':
      return palette.vermilion;
    case 'expert':
      return experts[model.index % experts.length] ?? grey;
    default:
      return experts[0];
  }
}
