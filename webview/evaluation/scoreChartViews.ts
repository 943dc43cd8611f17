import {pointChart} from '../../trainer/chart/pointChart.ts';
import {scoreCharts} from '../../trainer/chart/scoreCharts.ts';
import type {Report} from '../../trainer/contract/run/report.ts';
import {networksOf} from '../../trainer/contract/scores/scoreTable.ts';
import {svgUri} from '../charts/svgUri.ts';
import {element, table} from '../dom.ts';
import {numberText} from '../numberText.ts';
import {readTheme} from '../theme.ts';

/** Precision against recall, and the Fréchet distance against the number of images, in the colours of the editor. */
export function scoreChartViews(report: Report): HTMLElement[] {
  const theme = readTheme();
  const {series} = theme;
  const pictures = scoreCharts(report, (_, place) => series[place % series.length] ?? theme.foreground).map((chart) =>
    element('img', {
      class: 'score-chart',
      alt: chart.alt,
      src: svgUri(pointChart(chart, theme)),
    }),
  );
  if (pictures.length === 0) return [];
  return [element('h3', {}, 'Charts'), element('div', {class: 'score-charts'}, ...pictures), ...sizeTables(report)];
}

/** The numbers behind the curves over the number of images. */
function sizeTables(report: Report): HTMLElement[] {
  return networksOf(report).flatMap(({network, frechetBySize = {}}) => {
    const models = Object.entries(frechetBySize);
    const sizes = models[0]?.[1].map(({images}) => images) ?? [];
    if (sizes.length === 0) return [];
    const rows = models.map(([model, parts]) => [model, ...parts.map(({distance}) => numberText(distance))]);
    const head = ['Model', ...sizes.map((images) => `${numberText(images)} images`)];
    const caption = `Fréchet distance by ${network} of ever more of the images: the fewer, the larger`;
    return [element('details', {}, element('summary', {}, caption), table(caption, head, rows))];
  });
}
