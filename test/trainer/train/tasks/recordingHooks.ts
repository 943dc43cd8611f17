import type {NewRunEvent} from '../../../../trainer/contract/run/events.ts';
import type {TrainHooks} from '../../../../trainer/train/trainTask.ts';

type EventOf<Type> = Extract<NewRunEvent, {type: Type}>;

/** Hooks that collect all events and stop the training before the update with number `stopBefore` (from 0), if one is given. */
export function recordingHooks(stopBefore?: number): TrainHooks & {
  events: NewRunEvent[];
  of<Type extends NewRunEvent['type']>(type: Type): EventOf<Type>[];
} {
  const events: NewRunEvent[] = [];
  let asked = 0;
  return {
    events,
    of: <Type extends NewRunEvent['type']>(type: Type) =>
      events.filter((event): event is EventOf<Type> => event.type === type),
    emit: (event) => void events.push(event),
    nextAction: () => Promise.resolve(asked++ === stopBefore ? 'stop' : 'continue'),
  };
}
