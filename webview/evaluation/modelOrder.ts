import {parseModel, type RunModel} from '../../trainer/contract/run/runModel.ts';

/** What a run is made for comes beside the base, before what it is compared with and what it was made of. */
const kinds: readonly RunModel['kind'][] = ['base', 'merged', 'ensemble', 'ordinary', 'baseline', 'expert'];

/** Places of models in the order in which a table shows them: of one kind, as they were given. */
export function modelOrder(models: readonly string[]): number[] {
  const rank = (name: string) => {
    const model = parseModel(name);
    return model === null ? kinds.length : kinds.indexOf(model.kind);
  };
  return models.map((_, place) => place).sort((a, b) => rank(models[a] ?? '') - rank(models[b] ?? '') || a - b);
}
