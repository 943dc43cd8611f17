import {dataColours} from '../../chart/printColours.ts';
import {parseModel} from '../../contract/run/runModel.ts';

const {blue, orange, green, skyBlue, olive} = dataColours;
const experts = [blue, orange, green, skyBlue, olive];

/** The colour of a model, or of the stage that trains it, in all charts of a report. With more experts than colours, colours repeat. */
export function modelColour(name: string): string {
  const model = parseModel(name);
  switch (model?.kind) {
    case 'ordinary':
    case 'baseline':
      return dataColours.grey;
    case 'ensemble':
      return dataColours.purple;
    case 'merged':
      return dataColours.vermilion;
    case 'expert':
      return experts[model.index % experts.length] ?? blue;
    default:
      return blue;
  }
}
