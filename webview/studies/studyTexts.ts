import type {StudySummary, StudyView} from '../../trainer/contract/panel/studyViews.ts';
import {sharedTrainings, studyText} from '../../trainer/contract/studies/studyProgress.ts';

/** `Study of digits` */
export function titleOf({kind, name}: StudySummary): string {
  return capitalised(`${kind} of ${name}`);
}

/** How far a table is and what its runs shared; why there is none to show, and how to make one. */
export function toldOf(summary: StudySummary | undefined, view: StudyView | null): string {
  if (summary === undefined) {
    return 'No study, matrix or benchmark has runs of this experiment. "DeMe: Run Study..." asks whether merging helps here, "DeMe: Run Matrix..." compares settings.';
  }
  const {kind, problem, text} = summary;
  if (problem !== null) return `This ${kind} cannot be read. ${problem}`;
  return view === null ? `${text}. Reading it.` : [studyText(view.content), ...sharedTexts(view)].join('; ');
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sharedTexts({content}: StudyView): string[] {
  const shared = sharedTrainings(content);
  if (shared === null) return [];
  return [`${shared.done} trainings were done, ${shared.takenOver} taken over from another run`];
}
