import type {PageState} from '../../trainer/contract/panel/panelPage.ts';
import {stageTitle} from '../../trainer/contract/overview/stageTitle.ts';
import type {ImageView, RunView} from '../../trainer/contract/panel/panelViews.ts';
import {element, message, type Child} from '../dom.ts';
import {commonShape} from '../samples/gridShape.ts';
import {imagesAt} from '../samples/imageSteps.ts';
import {differencePicture, samplePicture, withPrompts} from '../samples/samplePicture.ts';
import {updateText} from '../samples/samplesText.ts';

const pictureWidth = 260;

/** The newest samples of a model in each run. */
export function comparedImages(runs: readonly RunView[], model: string): (ImageView | undefined)[] {
  return runs.map(({images}) => imagesAt(images, null).find((image) => image.model === model));
}

/** The same images of one model of each run, or what they have otherwise than those of the baseline. */
export function compareImages(
  runs: readonly RunView[],
  {comparedModel: model, sampleView, differenceFactor, baseline}: PageState,
  nameOf: (run: RunView) => Child,
): HTMLElement[] {
  const images = comparedImages(runs, model);
  const shown = images.filter((image) => image !== undefined);
  if (shown.length === 0) return [message(`No run has drawn samples of ${stageTitle(model, [])} yet.`)];
  const look = {shape: commonShape(shown), width: pictureWidth};
  const from = images[runs.findIndex(({path}) => path === baseline)];
  const figures = runs.flatMap((run, i) => {
    const image = images[i];
    if (image === undefined) return [];
    const isDifference = sampleView === 'differences' && from !== undefined && image !== from;
    const picture = isDifference
      ? differencePicture(image, from, {...look, factor: differenceFactor})
      : samplePicture(image, look);
    const note = `${updateText(image)}${isDifference ? ' − baseline' : ''}`;
    const caption = element('figcaption', {}, nameOf(run), note);
    return [element('figure', {}, caption, withPrompts(picture, image, look.shape))];
  });
  return [
    element(
      'div',
      {class: 'samples', tabindex: '0', role: 'region', 'aria-label': `Samples of ${stageTitle(model, [])}`},
      ...figures,
    ),
  ];
}
